/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture of the emulated display. QEMU may open no file: the supervisor
 * gives it a memory file, which comes back sealed. What is in it is QEMU's
 * word and is checked to be a PNG before it is written anywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/facts/picture.h"
#include "launcher/rom/sandbox.h"

#define SHOT_MS		15000
/* An uncompressed 8K picture has 127 MiB. */
#define SHOT_MAX	(128u << 20)

static int run_screenshot(const struct globals *g, int argc, char **argv);

const struct cmd cmd_screenshot = {
	.name = "screenshot",
	.args = "NAME FILE.png",
	.help = N_("a picture of a VM's emulated display"),
	.more = N_("What the iGPU shows on a monitor cannot be seen from the host: a VM without an\n"
		   "emulated display has no screenshot. FILE.png is replaced; - writes to stdout.\n"
		   "Says when the picture is not the guest's, or of one colour: the guest may have left its\n"
		   "emulated display."),
	.run = run_screenshot,
};

/* PNG specification (ISO/IEC 15948) 5.2 and 11.2.5: signature first, IEND chunk last. */
static bool is_png(const uint8_t *p, size_t n)
{
	static const uint8_t head[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	static const uint8_t tail[12] = { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };

	return n >= sizeof(head) + sizeof(tail) && !memcmp(p, head, sizeof(head)) &&
	       !memcmp(p + n - sizeof(tail), tail, sizeof(tail));
}

static int look(void *arg, size_t i, FILE *out)
{
	struct picture p;

	(void)i;
	if (picture_read(*(const struct span *)arg, &p))
		return 1;
	return fwrite(&p, sizeof(p), 1, out) == 1 ? 0 : 1;
}

struct looked {
	struct span png;	/* first: look() is given the whole */
	bool known;
	struct picture picture;
};

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct looked *l = arg;

	(void)i;
	l->known = a->how == SANDBOX_DONE && !a->code && a->n == sizeof(l->picture);
	if (l->known)
		memcpy(&l->picture, a->bytes, sizeof(l->picture));
	return 0;
}

/* Nothing is said of a picture that cannot be decoded: it was asked for as it is. */
static void say_picture(const char *name, const void *p, size_t n)
{
	struct looked l = { .png = { p, n } };

	if (sandbox_each(1, look, take, &l) || !l.known)
		return;
	if (l.picture.kind == PICTURE_NOT_USED)
		say(_("%s: the guest does not use its emulated display: the picture is QEMU's own"), name);
	else if (l.picture.kind == PICTURE_ONE_COLOUR)
		say(_("%s: every pixel is #%06x: the guest shows nothing on its emulated display, or has left it"), name, l.picture.colour & 0xffffff);
}

static int write_picture(const char *file, const void *p, size_t n)
{
	int r;

	if (!strcmp(file, "-"))
		r = write_all(STDOUT_FILENO, p, n);
	else
		r = file_replace_at(AT_FDCWD, file, p, n, 0600);
	if (!r)
		return EXIT_OK;
	say("%s: %s", file, strerror(-r));
	return EXIT_FAILED;
}

static int save_picture(const char *name, const char *file, int fd)
{
	struct stat st;
	void *p;
	int r;

	if (fd < 0 || fstat(fd, &st) || st.st_size <= 0 || (uint64_t)st.st_size > SHOT_MAX) {
		say(_("%s: QEMU gave no picture"), name);
		return EXIT_FAILED;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) {
		say("%s: %s", name, strerror(errno));
		return EXIT_FAILED;
	}
	if (is_png(p, (size_t)st.st_size)) {
		r = write_picture(file, p, (size_t)st.st_size);
		if (!r)
			say_picture(name, p, (size_t)st.st_size);
	} else {
		say(_("%s: what QEMU gave is no PNG picture"), name);
		r = EXIT_FAILED;
	}
	munmap(p, (size_t)st.st_size);
	return r;
}

static int run_screenshot(const struct globals *g, int argc, char **argv)
{
	_json_ json_t *answer = NULL;
	_fd_ int fd = -1;
	struct paths p;
	const char *name, *file;
	int r;

	if (cmd_getopt(&cmd_screenshot, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 2 != argc)
		return cmd_usage(&cmd_screenshot, _("screenshot wants a VM and a file"));
	file = argv[argc - 1];
	r = cmd_vm_here(&cmd_screenshot, g);
	if (!r)
		r = cmd_vm_name(&cmd_screenshot, g, argc - 1, argv, &name, &p);
	if (r)
		return r;
	r = cmd_vm_ask("screenshot", g, &p, name, json_pack("{s:s}", "op", "screenshot"), SHOT_MS,
		       &answer, &fd);
	if (r == EXIT_NOT_RUNNING)
		say(_("%s does not run"), name);
	return r ? r : save_picture(name, file, fd);
}
