/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. A VM is made in a folder beside its own,
 * DATA/.NAME.new, under the VM's lock. When all is there:
 *
 *	VMS/.NAME.conf.new	written: from here on DATA/NAME, if it is there, is an unfinished one's
 *	DATA/.NAME.new -> DATA/NAME
 *	VMS/NAME.conf.d/	the set-up's discs, where there are any
 *	VMS/.NAME.conf.new -> VMS/NAME.conf	the VM exists
 *
 * Whoever is refused or interrupted takes its own things away; what a killed
 * one left is known by those two dotted names and taken away by the next. A
 * data folder without them is somebody's and is never touched.
 *
 * The steps say what is wrong, once, and return an exit code: they are part of
 * the command.
 */
#ifndef IGVM_CREATE_CREATE_H
#define IGVM_CREATE_CREATE_H

#include "launcher/disc/inspect.h"
#include "launcher/cmd_all.h"
#include "launcher/pipeline.h"

#define CREATE_DISK_DEFAULT	(64ull << 30)
#define CREATE_TEXT_MAX		256

/** struct create_options - as given; NULL or 0: not given */
struct create_options {
	const char *name, *template;
	uint64_t memory_bytes, disk_bytes;
	unsigned int cpus;
	const char *iso, *virtio, *intel, *image, *ssh_key;
	bool unattended;
	const char *user, *password_file, *key_file, *edition;
	const char *usb[WISH_USB_MAX];	/* ports or ids */
	size_t n_usb;
	enum create_input { CREATE_INPUT_ASK, CREATE_INPUT_USB, CREATE_INPUT_EVDEV, CREATE_INPUT_NONE } input;
};

/** struct create_disc - an image that the VM gets; @fd -1: not given */
struct create_disc {
	char path[PATH_MAX];		/* absolute, links resolved */
	struct disc_facts facts;
};

/** struct create - one create on its way */
struct create {
	const struct globals *g;
	struct create_options o;
	struct paths paths;
	int lock, case_lock;		/* -1 = not held */
	bool staged;			/* the folder is there, and ours to take away */
	char stage[PATH_MAX], data[PATH_MAX], file[PATH_MAX], file_new[PATH_MAX], dropins[PATH_MAX];
	struct wish base;		/* the template with the options: no disks */
	struct create_disc iso, virtio;
	const struct wim_edition *edition;	/* of iso.facts; NULL: not known */
	bool accel_tcg, no_igpu, virtio_drivers;
	char accel_why[64];
	uint64_t host_ram;
	bool memory_cut;		/* less than the template's, for this host has not more */
	/* of set-up, for as long as the command runs */
	char password[CREATE_TEXT_MAX], key[32];
	bool password_made;		/* nobody gave one: it is printed */
	bool built, seeded, answers;	/* a guest from packages, a cloud-init seed, the answer disc */
	/* what the guest is used with: by options, or as it was answered */
	struct wish_usb usb[WISH_USB_MAX];
	size_t n_usb;
	struct wish_evdev evdev[WISH_EVDEV_MAX];
	size_t n_evdev;
	bool monitor;			/* it is, or will be, on the monitor alone */
	struct inputs inputs;		/* the host's */
	char sound[512];		/* whether its ports can carry sound; "" no iGPU */
	struct pipeline *plan;		/* of the new VM, for its machine and the files it pins */
};

/* name.c */
int create_claim(struct create *c);		/* paths, name, locks, leftovers: EXIT_* */
void create_abandon(struct create *c);		/* what was staged goes away; locks are released */

/* stage.c */
int create_stage(struct create *c);		/* the empty folder */
int create_disk(struct create *c);		/* system.qcow2 */
int create_pin(struct create *c);		/* plan; firmware, variables, ROM into the folder */
int create_commit(struct create *c);

/* linux.c, image.c */
int create_linux(struct create *c);		/* a guest from the distribution's packages */
int create_image(struct create *c);		/* somebody's image and a seed for it */
int create_linux_check(const struct create *c);	/* before anything is made */
int create_image_check(struct create *c);

/* windows.c */
int create_windows_check(struct create *c);	/* the discs */
int create_answers(struct create *c);		/* answers.iso */

/* inputs.c */
/** create_inputs() - keyboard and mouse: as given, or listed, proposed and asked on a terminal; EXIT_* */
int create_inputs(struct create *c, const struct host_facts *h);
/** create_say_inputs() - what it has of them, or how it gets them */
void create_say_inputs(const struct create *c);

/* secret.c */
/** create_ask() - one line from the terminal, with @echo off for a password; false: no terminal */
bool create_ask(const char *prompt, bool echo, char *line, size_t size);
int create_secrets(struct create *c);		/* password and key: asked, or read */
char *create_hash(const char *password);	/* crypt(3); owned, NULL without memory or method */

/* text.c: pure but for gettext */
/** create_text() - the VM file; owned, NULL without memory. @machine: the pinned version, NULL not yet known */
char *create_text(const struct create *c, const char *machine);
/** create_setup_text() - the drop-in with the discs; NULL: none are needed (*@err 0) or no memory */
char *create_setup_text(const struct create *c, int *err);

/* say.c */
void create_say(const struct create *c);
json_t *create_json(const struct create *c);

#endif
