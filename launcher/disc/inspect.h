/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a disc image is: Windows' set-up, virtio-win, another, or none. */
#ifndef IGVM_DISC_INSPECT_H
#define IGVM_DISC_INSPECT_H

#include "launcher/disc/wim.h"

/** enum disc_kind - in the order in which it is judged */
enum disc_kind {
	DISC_EMPTY,
	DISC_WEB_PAGE,		/* HTML: a download that gave a page instead of the file */
	DISC_NO_ISO,
	DISC_CUT,		/* shorter than its own file system says */
	DISC_DAMAGED,
	DISC_WINDOWS,		/* setup.exe and sources/boot.wim are there */
	DISC_VIRTIO,		/* viostor and NetKVM are there */
	DISC_OTHER,
};

struct disc_facts {
	enum disc_kind kind;
	enum disc_side side;
	char label[33];			/* printable ASCII */
	uint64_t size, wanted;		/* bytes: of the image; as its file system says, 0 unknown */
	bool uefi;			/* efi/boot/bootx64.efi is there, and a boot catalogue */
	char install[16];		/* WINDOWS: "install.wim", ".esd" or ".swm"; "" none of them */
	bool list;			/* ... and its list of editions was read */
	struct wim wim;
	bool agent, serial;		/* VIRTIO: guest-agent and vioserial are there */
};

/**
 * disc_judge() - pure: @d as far as it was read -> *@f
 *
 * 0, or -EAGAIN with d->want_off and want_len. What is wrong with the image is f->kind, not an error.
 */
nodiscard_ int disc_judge(struct disc *d, struct disc_facts *f);

/**
 * disc_read() - read what disc_judge() wants of the open file @fd, and judge in the sandbox
 *
 * All texts of *@f are safe for a terminal. 0; -EIO and every other -errno of reading; -EBADMSG: the
 * sandboxed parser was ended or did not come to an end; -ENOMEM.
 */
nodiscard_ int disc_read(int fd, struct disc_facts *f);

#endif
