/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking at a VM that runs, from the outside in. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_verify.h"
#include "launcher/cmd_vm.h"
#include "launcher/facts/host_sys.h"
#include "launcher/manifest_read.h"
#include "launcher/run/keeper.h"
#include "launcher/run/ring.h"
#include "launcher/run/launch.h"
#include "launcher/verify/manifest.h"
#include "romfiles/igd.h"

#define WORDS_MAX	(256u << 10)
#define DRIVERS_MAX	65536u
#define IOMEM_MAX	(1u << 20)
#define OUTPUT_MAX	(256u << 10)
#define QEMU_MS		5000
#define LOOK_MS		60000
/* What the supervisor needs beyond the deadline that it is given. */
#define SPARE_MS	3000

/* --- outside ------------------------------------------------------------------------------- */

static int open_run(const struct verify *v)
{
	char path[PATH_MAX];

	if (!str_print(path, sizeof(path), "%s/%s", v->pl->paths.run, v->pl->name))
		return -ENAMETOOLONG;
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The words QEMU was started with; /proc says what runs, the VM file only what the next start does. */
static void read_words(struct verify *v)
{
	_free_ char *text = NULL;
	char path[64];
	size_t len = 0;

	v->words = json_array();
	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)v->record.id.pid);
	if (file_read_at(AT_FDCWD, path, WORDS_MAX, &text, &len))
		return;
	seen_asked_parse(text, len, &v->seen->asked);
	for (size_t at = 0; at < len; at += strlen(text + at) + 1)
		json_array_append_new(v->words, json_string(text + at));
}

/* The newest ring; whole when the run has not filled one yet. */
static void read_log(struct verify *v, int run_fd)
{
	struct seen_qemu *q = &v->seen->qemu;
	char path[32];
	size_t len = 0;

	if (file_read_at(run_fd, keeper_ring_path(KEEPER_QEMU, 0, path), 2 * RING_BYTES, &v->log, &len))
		return;
	for (size_t i = 0; i < len; i++)
		if (!v->log[i])
			v->log[i] = '?';
	q->log = v->log;
	q->log_whole = len < RING_BYTES / 2;
}

/*
 * Microseconds of the kernel's log at QEMU's start. Its clock stands still while the host sleeps,
 * the start time does not: all sleep is taken off, which at most lets in too much.
 */
static uint64_t log_time_of(const struct record *r)
{
	uint64_t born_ms = r->id.start_ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK), slept;
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	slept = (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000 - (uint64_t)clock_ms();
	return born_ms > slept ? (born_ms - slept) * 1000 : 0;
}

/* Without the right to see addresses the kernel shows zeros, in which nothing lies. */
static void read_bar_holder(const struct tree *t, const char *bdf, struct seen_host *h)
{
	_free_ char *iomem = NULL, *resource = NULL;
	char path[96];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/resource", bdf);
	if (!tree_read(t, "proc/iomem", IOMEM_MAX, &iomem, NULL) && !tree_read(t, path, 4096, &resource, NULL))
		h->held_bar = host_bar_holder(iomem, resource, bdf, h->bar_holder, sizeof(h->bar_holder));
}

static void read_host(struct verify *v)
{
	struct seen_host *h = &v->seen->host;
	struct tree t = { .fd = -1 };
	char bdf[BDF_TEXT_MAX], path[96];
	uint8_t config[4];

	if (!v->record.igpu || tree_init(&t, v->g->root))
		return;
	host_log_since(&t, v->record.host_bdf, log_time_of(&v->record), &h->log);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/config", bdf_text(v->record.host_bdf, bdf));
	if (tree_read_bytes(&t, path, config, sizeof(config)) == sizeof(config)) {
		h->config_read = true;
		h->dead = config[0] == 0xff && config[1] == 0xff;
	}
	read_bar_holder(&t, bdf, h);
	close(t.fd);
}

static void read_vbt(struct verify *v, int run_fd)
{
	_free_ char *bytes = NULL;
	size_t len = 0;

	if (!file_read_at(run_fd, LAUNCH_VBT_FILE, OUTPUT_MAX, &bytes, &len))
		seen_vbt_parse(bytes, len, &v->seen->host);
}

static void read_drivers(struct verify *v)
{
	char path[PATH_MAX];

	if (!str_print(path, sizeof(path), "%s/templates/intel-driver-versions", paths_datadir()) ||
	    file_read_at(AT_FDCWD, path, DRIVERS_MAX, &v->drivers, NULL))
		v->drivers = NULL;
}

int verify_outside(struct verify *v)
{
	_fd_ int run_fd = open_run(v), process = -1;
	int r = run_fd < 0 ? -errno : record_read(run_fd, &v->record);

	/* A VM that has never run has no run directory. */
	if (r == -ENOENT)
		return EXIT_NOT_RUNNING;
	if (r)
		return cmd_status_fail("verify", &v->pl->paths, v->pl->name, r);
	/* The run before: a start that still probes has none of its own, and holds the VM's lock. */
	process = identity_open(&v->record.id);
	if (process == -ESRCH)
		return EXIT_NOT_RUNNING;
	read_words(v);
	read_log(v, run_fd);
	read_host(v);
	read_vbt(v, run_fd);
	read_drivers(v);
	return EXIT_OK;
}

/* --- QEMU ------------------------------------------------------------------------------------- */

static void take_device(struct verify *v, const json_t *device)
{
	struct seen_qemu *q = &v->seen->qemu;
	const struct igd_platform *pf;
	const json_t *bar;
	size_t i;

	q->device = json_is_object(device);
	q->vendor = (uint16_t)json_integer_value(json_object_get(device, "vendor"));
	q->device_id = (uint16_t)json_integer_value(json_object_get(device, "device"));
	json_array_foreach(json_object_get(device, "bars"), i, bar)
		if (!json_integer_value(json_object_get(bar, "index")) &&
		    json_integer_value(json_object_get(bar, "address")) > 0)
			q->bar0_mapped = true;
	pf = q->vendor == 0x8086 ? igd_find(q->device_id) : NULL;
	v->seen->platform = pf ? pf->key : NULL;
	v->seen->experimental = pf && pf->experimental;
}

static int ask(struct verify *v, json_t *request, unsigned int ms, json_t **answer, int *fd)
{
	return cmd_vm_ask("verify", v->g, &v->pl->paths, v->pl->name, request, ms, answer, fd);
}

/* A supervisor that has just come has not heard of QEMU yet. */
static int ask_state(struct verify *v)
{
	struct seen_qemu *q = &v->seen->qemu;
	int64_t until = clock_ms() + QEMU_MS;
	int r;

	do {
		_json_ json_t *status = NULL;
		const char *text;

		r = ask(v, json_pack("{s:s}", "op", "status"), QEMU_MS, &status, NULL);
		text = json_string_value(json_object_get(status, "run_state"));
		str_fit(q->run_state, sizeof(q->run_state), text ? text : "");
		if (!r && !text)
			nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	} while (!r && !*q->run_state && clock_ms() < until);
	return r;
}

static int ask_qemu(struct verify *v)
{
	_json_ json_t *igpu = NULL;
	const char *text;
	int r = ask_state(v);

	if (r)
		return r;
	r = ask(v, json_pack("{s:s}", "op", "igpu"), QEMU_MS, &igpu, NULL);
	if (r)
		return r;
	v->seen->qemu.answered = json_object_get(igpu, "device") != NULL;
	take_device(v, json_object_get(igpu, "device"));
	text = json_string_value(json_object_get(igpu, "qemu"));
	str_fit(v->qemu, sizeof(v->qemu), text ? text : "");
	return EXIT_OK;
}

/* --- the guest ----------------------------------------------------------------------------------- */

/* Sealed by the supervisor, filled by the guest. */
static void take_output(struct verify *v, int fd)
{
	struct seen_guest *g = &v->seen->guest;
	_free_ char *text = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) || st.st_size < 0 || st.st_size > (off_t)OUTPUT_MAX) {
		g->end = LOOK_GARBAGE;
		return;
	}
	text = malloc((size_t)st.st_size + 1);
	n = text ? pread(fd, text, (size_t)st.st_size, 0) : -1;
	if (n == st.st_size)
		seen_guest_parse(text, (size_t)n, g);
	else
		g->end = LOOK_GARBAGE;
}

static void take_look(struct verify *v, const json_t *answer, int fd)
{
	struct seen_guest *g = &v->seen->guest;
	const char *agent = json_string_value(json_object_get(answer, "agent"));
	const char *detail = json_string_value(json_object_get(answer, "detail"));

	*g = (struct seen_guest){ .igpu = -1, .quick = v->quick };
	g->end = look_end_find(json_string_value(json_object_get(answer, "end")));
	str_fit(g->agent, sizeof(g->agent), agent ? agent : "");
	if (g->end != LOOK_RAN) {
		str_fit(g->detail, sizeof(g->detail), detail ? detail : "");
		return;
	}
	take_output(v, fd);
}

static int ask_guest(struct verify *v)
{
	_json_ json_t *answer = NULL;
	_fd_ int fd = -1;
	int64_t left = v->deadline - clock_ms();
	int r;

	if (left > LOOK_MS)
		left = LOOK_MS;
	if (left < 1000)
		left = 1000;
	r = ask(v, json_pack("{s:s, s:s, s:b, s:I}", "op", "look", "os", v->seen->windows ? "windows" : "linux",
			     "quick", v->quick, "timeout_ms", (json_int_t)left),
		(unsigned int)left + SPARE_MS, &answer, &fd);
	if (!r)
		take_look(v, answer, fd);
	return r;
}

int verify_inside(struct verify *v)
{
	int r = ask_qemu(v);

	return r ? r : ask_guest(v);
}

/* --- the manifest ----------------------------------------------------------------------------------- */

json_t *verify_manifest(const struct verify *v)
{
	_json_ json_t *o = manifest_host(v->g->root);
	const struct seen *s = v->seen;

	if (!o)
		return NULL;
	manifest_put(o, "qemu", v->record.qemu);
	manifest_put(o, "qemu-version", v->qemu);
	manifest_put(o, "firmware", s->asked.code);
	manifest_put_file(o, "firmware-sha256", s->asked.code);
	manifest_put_file(o, "rom-sha256", s->asked.rom);
	manifest_put(o, "vbt-sha256", s->host.vbt_sha256);
	if (json_object_set(o, "words", v->words) || !manifest_guest(o, &s->guest))
		return NULL;
	return TAKE(o);
}
