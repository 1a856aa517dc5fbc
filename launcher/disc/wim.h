/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a WIM or ESD file and its list of images, as set-up and igvm read it. Pure. */
#ifndef IGVM_DISC_WIM_H
#define IGVM_DISC_WIM_H

#include "launcher/disc/disc.h"

#define WIM_EDITIONS_MAX	24

/** enum wim_arch - <ARCH>, the PROCESSOR_ARCHITECTURE_ numbers of winnt.h */
enum wim_arch { WIM_X86 = 0, WIM_ARM = 5, WIM_X64 = 9, WIM_ARM64 = 12, WIM_ARCH_UNKNOWN = 255 };

struct wim_edition {
	unsigned int index;	/* as set-up counts, from 1 */
	char name[96];		/* <NAME>, UTF-8: "Windows 11 Pro" */
	char id[48];		/* <EDITIONID>: "Professional", "Core" (Home), "CoreN" */
	char language[24];	/* the default one: "en-US" */
	enum wim_arch arch;
	unsigned int build;	/* 22000 and above: Windows 11 */
	bool server;		/* <INSTALLATIONTYPE> says so */
};

struct wim {
	size_t n;		/* of edition; more of the file's are left out */
	struct wim_edition edition[WIM_EDITIONS_MAX];
};

/** wim_read() - the list of @f; 0, -EAGAIN, -ENODATA, -EBADMSG: no WIM or its XML cannot be read, -ENOMEM */
nodiscard_ int wim_read(struct disc *d, const struct disc_file *f, struct wim *w);

/** wim_xml() - the same of the XML alone */
nodiscard_ int wim_xml(struct span xml, struct wim *w);

/** wim_is_home() - is it a Home edition, which has no Remote Desktop server? By its id: "Core" and variants */
bool wim_is_home(const struct wim_edition *e);

#endif
