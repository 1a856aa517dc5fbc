/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"

#define RECORD_FILE	"state.json"
#define RECORD_VERSION	1
#define RECORD_MAX	65536

/* The kernel's word behind the name of a binary that was replaced, e.g. by an upgrade. */
#define DELETED		" (deleted)"

/* proc(5): field 22 of stat, counted behind the last ')' because the name may hold anything. */
static int read_start_ticks(int proc, uint64_t *ticks)
{
	_free_ char *text = NULL;
	char *s;
	int r = file_read_at(proc, "stat", 4096, &text, NULL);

	if (r)
		return r == -ENOENT ? -ESRCH : r;
	s = strrchr(text, ')');
	for (int field = 2; s && field < 22; field++)
		s = strchr(s + 1, ' ');
	if (!s)
		return -EBADMSG;
	s++;
	s[strcspn(s, " \n")] = '\0';
	return str_u64(s, 10, UINT64_MAX, ticks) ? 0 : -EBADMSG;
}

static int read_exe(int proc, char exe[static PATH_MAX])
{
	ssize_t n = readlinkat(proc, "exe", exe, PATH_MAX - 1);
	size_t cut = strlen(DELETED);

	if (n < 0)
		return -errno;
	exe[n] = '\0';
	if ((size_t)n > cut && !strcmp(exe + n - cut, DELETED))
		exe[(size_t)n - cut] = '\0';
	return 0;
}

static int open_proc(pid_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return fd;
}

int identity_read(pid_t pid, struct identity *id)
{
	_fd_ int proc = open_proc(pid);
	int r;

	*id = (struct identity){ .pid = pid };
	if (proc < 0)
		return proc;
	r = read_start_ticks(proc, &id->start_ticks);
	return r ? r : read_exe(proc, id->exe);
}

int identity_open(const struct identity *id)
{
	_fd_ int pidfd = -1, proc = -1;
	uint64_t ticks;
	char exe[PATH_MAX];
	int r;

	if (id->pid <= 0)
		return -ESRCH;
	pidfd = pidfd_open(id->pid, 0);
	if (pidfd < 0)
		return errno == EINVAL ? -ESRCH : -errno;
	proc = open_proc(id->pid);
	if (proc < 0)
		return proc;
	r = read_start_ticks(proc, &ticks);
	if (r)
		return r;
	if (ticks != id->start_ticks)
		return -ESRCH;
	r = read_exe(proc, exe);
	/* A zombie has no exe; one of another user cannot be read: the start time has decided. */
	if (!r && *id->exe && strcmp(exe, id->exe))
		return -ESRCH;
	return TAKE_FD(pidfd);
}

/* What /proc/PID/exe will say: "" for a script, whose interpreter it would name. */
static void resolve_exe(const char *path, char exe[static PATH_MAX])
{
	_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char magic[4];

	exe[0] = '\0';
	if (fd < 0 || read(fd, magic, sizeof(magic)) != sizeof(magic) ||
	    memcmp(magic, "\177ELF", sizeof(magic)))
		return;
	if (!realpath(path, exe))
		exe[0] = '\0';
}

static void join_words(const struct plan *p, char text[static WISH_WORDS_SIZE])
{
	const char *word = p->words;

	for (size_t i = 0; i < p->n_words; i++) {
		size_t n = strlen(word);

		memcpy(text + (word - p->words), word, n + 1);
		if (i + 1 < p->n_words)
			text[word - p->words + (ptrdiff_t)n] = ' ';
		word += n + 1;
	}
}

void record_make(const struct plan *p, const char uuid[static 37], struct record *r)
{
	*r = (struct record){
		.started_unix = (uint64_t)time(NULL),
		.igpu = p->igpu,
		.host_bdf = p->host_bdf,
		.start_ms = p->start_ms,
		.stop_ms = p->stop_ms,
		.vnc_display = -1,
		.emulated_display = p->emulated_display,
		.rdp_port = p->rdp_port,
		.rdp_lan = p->rdp_lan,
	};
	join_words(p, r->words);
	str_fit(r->display, sizeof(r->display), plan_display_name(p->display));
	if (p->setup_disc)
		snprintf(r->setup_drive, sizeof(r->setup_drive), "drive%zu", p->setup_disc);
	if (p->answers_disc)
		snprintf(r->answers_drive, sizeof(r->answers_drive), "drive%zu", p->answers_disc);
	str_fit(r->name, sizeof(r->name), p->name);
	str_fit(r->qemu, sizeof(r->qemu), p->qemu);
	if (identity_read(getpid(), &r->id))
		r->id = (struct identity){ .pid = getpid() };
	resolve_exe(p->qemu, r->id.exe);
	str_fit(r->id.uuid, sizeof(r->id.uuid), uuid);
}

json_t *identity_json(const struct identity *id)
{
	return json_pack("{s:i, s:I, s:s, s:s}", "pid", (int)id->pid, "start_ticks",
			 (json_int_t)id->start_ticks, "exe", id->exe, "uuid", id->uuid);
}

int identity_from_json(const json_t *json, struct identity *id)
{
	const char *exe, *uuid;
	json_int_t ticks;
	int pid;

	if (json_unpack((json_t *)json, "{s:i, s:I, s:s, s:s}", "pid", &pid, "start_ticks", &ticks,
			"exe", &exe, "uuid", &uuid))
		return -EBADMSG;
	*id = (struct identity){ .pid = pid, .start_ticks = (uint64_t)ticks };
	if (pid <= 0 || ticks < 0 || !str_copy(id->exe, sizeof(id->exe), exe) ||
	    !str_copy(id->uuid, sizeof(id->uuid), uuid))
		return -EBADMSG;
	return 0;
}

int record_write(int run_fd, const struct record *r)
{
	char bdf[BDF_TEXT_MAX];
	_json_ json_t *json = json_pack(
		"{s:i, s:s, s:s, s:o, s:I, s:b, s:s, s:s, s:i, s:i, s:i, s:b, s:s, s:I, s:i, s:b, s:s, s:s, s:s,"
		" s:I, s:s, s:I, s:s}",
		"version", RECORD_VERSION, "kind", "state", "name", r->name,
		"process", identity_json(&r->id),
		"started_unix", (json_int_t)r->started_unix, "igpu", r->igpu,
		"device", bdf_text(r->host_bdf, bdf), "previous_driver", r->previous_driver,
		"start_ms", (int)r->start_ms, "stop_ms", (int)r->stop_ms,
		"vnc_display", r->vnc_display, "emulated_display", r->emulated_display,
		"qemu", r->qemu, "trial_ms", (json_int_t)r->trial_ms, "rdp_port", (int)r->rdp_port,
		"rdp_lan", r->rdp_lan, "setup_drive", r->setup_drive, "answers_drive", r->answers_drive,
		"display", r->display, "starts", (json_int_t)r->starts, "last_end", r->last_end,
		"last_ended", (json_int_t)r->last_ended, "words", r->words);

	if (!json)
		return -ENOMEM;
	return file_replace_json_at(run_fd, RECORD_FILE, json, 0600);
}

/* The version decides before anything else is looked at. */
int record_check_version(const json_t *json, int ours)
{
	const json_t *version = json_object_get(json, "version");

	if (!json_is_integer(version) || json_integer_value(version) < 1)
		return -EBADMSG;
	return json_integer_value(version) > ours ? -EPROTO : 0;
}

int record_read(int run_fd, struct record *r)
{
	int err, igpu, emulated, start_ms, stop_ms, rdp_port = 0, rdp_lan = 0;
	_json_ json_t *json = file_load_json_at(run_fd, RECORD_FILE, RECORD_MAX, &err);
	const char *name, *device, *driver, *qemu, *setup = "", *answers = "", *display = "";
	json_int_t started, trial = 0, starts = 0, ended = 0;
	const char *end = "", *words = "";
	json_t *process;

	*r = (struct record){ .vnc_display = -1 };
	if (!json)
		return err;
	err = record_check_version(json, RECORD_VERSION);
	if (err)
		return err;
	if (json_unpack(json, "{s:s, s:o, s:I, s:b, s:s, s:s, s:i, s:i, s:i, s:b, s:s, s?I, s?i, s?b, s?s, s?s, s?s,"
			" s?I, s?s, s?I, s?s}",
			"name", &name, "process", &process, "started_unix", &started, "igpu", &igpu,
			"device", &device, "previous_driver", &driver, "start_ms", &start_ms,
			"stop_ms", &stop_ms, "vnc_display", &r->vnc_display,
			"emulated_display", &emulated, "qemu", &qemu, "trial_ms", &trial, "rdp_port",
			&rdp_port, "rdp_lan", &rdp_lan, "setup_drive", &setup, "answers_drive",
			&answers, "display", &display, "starts", &starts, "last_end", &end, "last_ended", &ended, "words", &words) ||
	    trial < 0 || trial > RECORD_TRIAL_MAX_MS || starts < 0 || starts > RECORD_STARTS_MAX || ended < 0)
		return -EBADMSG;
	r->starts = (unsigned int)starts;
	r->last_ended = (uint64_t)ended;
	r->trial_ms = (unsigned int)trial;
	r->started_unix = (uint64_t)started;
	r->igpu = igpu;
	r->emulated_display = emulated;
	r->start_ms = (unsigned int)start_ms;
	r->stop_ms = (unsigned int)stop_ms;
	r->rdp_port = (unsigned int)rdp_port;
	r->rdp_lan = rdp_lan;
	if (rdp_port < 0 || rdp_port > 65535)
		return -EBADMSG;
	if (started < 0 || start_ms < 0 || stop_ms < 0 || !bdf_parse(device, &r->host_bdf) ||
	    !str_copy(r->name, sizeof(r->name), name) ||
	    !str_copy(r->previous_driver, sizeof(r->previous_driver), driver) ||
	    !str_copy(r->qemu, sizeof(r->qemu), qemu) ||
	    !str_copy(r->setup_drive, sizeof(r->setup_drive), setup) ||
	    !str_copy(r->answers_drive, sizeof(r->answers_drive), answers) ||
	    !str_copy(r->display, sizeof(r->display), display) ||
	    !str_copy(r->last_end, sizeof(r->last_end), end) ||
	    !str_copy(r->words, sizeof(r->words), words))
		return -EBADMSG;
	return identity_from_json(process, &r->id);
}

void record_follow(int run_fd, struct record *r)
{
	int err;
	_json_ json_t *end = file_load_json_at(run_fd, "end.json", RECORD_MAX, &err);
	const char *word = json_string_value(json_object_get(end, "end"));
	json_int_t ended = json_integer_value(json_object_get(end, "ended"));
	struct record before;

	/* What cannot be read was not counted: the count begins again, as it does with every boot of the host. */
	r->starts = 1;
	if (!record_read(run_fd, &before))
		r->starts += before.starts < RECORD_STARTS_MAX ? before.starts : 0;
	if (!word || ended <= 0 || record_check_version(end, 1) ||
	    !str_copy(r->last_end, sizeof(r->last_end), word))
		return;
	r->last_ended = (uint64_t)ended;
}

int record_open_dir(const struct paths *p, const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (!str_print(path, sizeof(path), "%s/%s", p->run, name))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
