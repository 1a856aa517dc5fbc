/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rings of a run, oldest file first, read as whole files: the keeper moves
 * them up by rename(), so one that is opened stays what it was. All of them
 * are opened before the first is read; a rotation in between can repeat or
 * leave out one file, never tear one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/keeper.h"
#include "launcher/run/supervise.h"

enum { OPT_RAW = 0x100 };

#define LINES_MAX	10000000u
#define SPAWN_MS	2000

static const struct opt opts[] = {
	{ "stream", 's', "NAME", N_("qemu (default), firmware or serial"), 's' },
	{ "lines", 'n', "N", N_("only the last N lines"), 'n' },
	{ "raw", 0, NULL, N_("the bytes as they came, also on a terminal"), OPT_RAW },
	{ 0 }
};

static int run_logs(const struct globals *g, int argc, char **argv);

const struct cmd cmd_logs = {
	.name = "logs",
	.args = "NAME",
	.help = N_("what QEMU, the firmware or the serial console of a VM said"),
	.more = N_("Oldest line first. The last runs are kept, up to 8 MiB for each stream. What a guest\n"
		   "says may hold control characters: they are shown as '?' unless --raw is given."),
	.opts = opts,
	.run = run_logs,
};

static bool find_stream(const char *name, enum keeper_stream *stream)
{
	static const char *const names[KEEPER_NSTREAMS] = {
		[KEEPER_QEMU] = "qemu", [KEEPER_FIRMWARE] = "firmware", [KEEPER_SERIAL] = "serial",
	};

	for (int i = 0; i < KEEPER_NSTREAMS; i++)
		if (!strcmp(name, names[i])) {
			*stream = (enum keeper_stream)i;
			return true;
		}
	return false;
}

struct bytes {
	char *p;
	size_t n;
};

static void free_bytes(struct bytes *b)
{
	free(b->p);
}

static int append(struct bytes *b, const char *p, size_t n)
{
	char *more = realloc(b->p, b->n + n + 1);

	if (!more)
		return -ENOMEM;
	memcpy(more + b->n, p, n);
	b->p = more;
	b->n += n;
	b->p[b->n] = '\0';
	return 0;
}

/* Every file of the ring that is there, one behind the other. -ENOENT: none is. */
static int read_ring(int run_fd, enum keeper_stream stream, struct bytes *all)
{
	int found = -ENOENT;

	for (unsigned int i = KEEPER_RING_FILES; i-- > 0;) {
		_free_ char *text = NULL;
		char path[32];
		size_t n;
		int r = file_read_at(run_fd, keeper_ring_path(stream, i, path),
				     2 * KEEPER_RING_BYTES, &text, &n);

		if (r == -ENOENT)
			continue;
		if (!r)
			r = append(all, text, n);
		if (r)
			return r;
		found = 0;
	}
	return found;
}

/* Where the last @lines lines begin; a last line without its end counts as one. */
static size_t find_start(const struct bytes *b, uint64_t lines)
{
	size_t at = b->n;

	if (at && b->p[at - 1] == '\n')
		at--;
	while (at > 0) {
		if (b->p[at - 1] == '\n' && !--lines)
			return at;
		at--;
	}
	return 0;
}

/* Line by line, so that a NUL or an escape sequence spoils no more than its own place. */
static void print_clean(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!p[i])
			p[i] = '?';
	while (n) {
		size_t len = strcspn(p, "\n");
		bool whole = len < n;

		p[len] = '\0';
		/* A serial line ends in CR LF. */
		if (len && p[len - 1] == '\r')
			p[len - 1] = '\0';
		str_sanitize(p);
		printf("%s\n", p);
		p += len + whole;
		n -= len + whole;
	}
}

static int print_stream(const struct paths *p, const char *name, enum keeper_stream stream,
			uint64_t lines, bool raw)
{
	struct bytes all __attribute__((cleanup(free_bytes))) = { 0 };
	char path[PATH_MAX];
	_fd_ int run_fd = -1;
	size_t start = 0;
	int r;

	if (!str_print(path, sizeof(path), "%s/%s", p->run, name))
		return EXIT_FAILED;
	run_fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = run_fd < 0 ? -errno : read_ring(run_fd, stream, &all);
	if (r == -ENOENT) {
		say(_("%s: nothing was logged there yet"), name);
		return EXIT_OK;
	}
	if (r)
		return cmd_status_fail("logs", p, name, r);
	if (lines)
		start = find_start(&all, lines);
	if (raw)
		fwrite(all.p + start, 1, all.n - start, stdout);
	else
		print_clean(all.p + start, all.n - start);
	return EXIT_OK;
}

static int run_logs(const struct globals *g, int argc, char **argv)
{
	enum keeper_stream stream = KEEPER_QEMU;
	uint64_t lines = 0;
	bool raw = false;
	struct paths p;
	const char *name;
	int o, r;

	while ((o = cmd_getopt(&cmd_logs, argc, argv)) != -1) {
		if (o == OPT_RAW)
			raw = true;
		else if (o == 's' && !find_stream(optarg, &stream))
			return cmd_usage(&cmd_logs, _("--stream wants qemu, firmware or serial"));
		else if (o == 'n' && (!str_u64(optarg, 10, LINES_MAX, &lines) || !lines))
			return cmd_usage(&cmd_logs, _("--lines wants a number from 1"));
		else if (o == '?')
			return EXIT_USAGE;
	}
	r = cmd_vm_name(&cmd_logs, g, argc, argv, &name, &p);
	if (r)
		return r;
	/* The logs need none, but who reads them wants to know what the VM does. */
	r = supervise_spawn(&p, g->root, name, SPAWN_MS);
	if (!r)
		say(_("%s had no supervisor; it has one now"), name);
	return print_stream(&p, name, stream, lines, raw);
}
