/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of a run: how it ended, from whom we know it, what QEMU said last;
 * on disk first, then cleaned up after, then told to whoever waits. When the
 * waiters hear of it the control socket and the supervisor's lock are already
 * gone, so that what they do next finds the VM free.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "launcher/base/clock.h"
#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/journal.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "launcher/run/restart.h"

#define READY_FILE	"ready.json"
#define CONFIRMED_FILE	"confirmed.json"
#define TAIL_FILE	"stderr.tail"
#define SMALL_FILE	65536
#define TAIL_LINES	20

/* Of these, whoever waits for ready is told the last, each cut to that. */
#define TOLD_LINES	3
#define TOLD_BYTES	240

/* How long the keeper may take for the last lines, and init for reaping what it inherited. */
#define KEEPER_MS	1000
#define REAPED_MS	300

/*
 * PIDFD_GET_INFO with PIDFD_INFO_EXIT, Linux 6.15 (include/uapi/linux/pidfd.h):
 * the exit status of a process that somebody else has reaped.
 */
struct pidfd_exit_info {
	uint64_t mask, cgroupid;
	uint32_t ids[11];
	int32_t exit_code;
};

#define PIDFD_GET_INFO_	_IOWR(0xFF, 11, struct pidfd_exit_info)
#define PIDFD_INFO_EXIT_	(UINT64_C(1) << 3)

static void set_status(struct sup *sup, int status, const char *from)
{
	sup->facts.reaped = true;
	sup->facts.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	sup->facts.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	sup->exit_from = from;
}

static void reap_child(struct sup *sup)
{
	siginfo_t si = { 0 };

	if (waitid(P_PIDFD, (id_t)sup->pidfd, &si, WEXITED) || !si.si_pid)
		return;
	set_status(sup, si.si_code == CLD_EXITED ? si.si_status << 8 : si.si_status, "wait");
}

static void read_pidfd(struct sup *sup)
{
	struct pidfd_exit_info info = { .mask = PIDFD_INFO_EXIT_ };
	struct pollfd p = { .fd = sup->pidfd };

	/* POLLHUP: it was reaped. Kernels that do not say so have no exit status here either. */
	(void)poll(&p, 1, REAPED_MS);
	if (!ioctl(sup->pidfd, PIDFD_GET_INFO_, &info) && info.mask & PIDFD_INFO_EXIT_)
		set_status(sup, info.exit_code, "pidfd");
}

void sup_reap(struct sup *sup)
{
	if (sup->s->child > 0)
		reap_child(sup);
	if (!sup->facts.reaped)
		read_pidfd(sup);
}

static bool same_run(const struct sup *sup, const char *file)
{
	int err;
	_json_ json_t *json = file_load_json_at(sup->run_fd, file, SMALL_FILE, &err);
	const char *uuid = json_string_value(json_object_get(json, "uuid"));

	return uuid && !strcmp(uuid, sup->record.id.uuid);
}

bool sup_has_end(const struct sup *sup)
{
	return same_run(sup, END_FILE);
}

bool sup_was_ready(const struct sup *sup)
{
	return same_run(sup, READY_FILE);
}

int64_t sup_ready_boot_ms(const struct sup *sup)
{
	int err;
	_json_ json_t *json = file_load_json_at(sup->run_fd, READY_FILE, SMALL_FILE, &err);
	const json_t *at = json_object_get(json, "ready_boot_ms");

	return json_is_integer(at) ? json_integer_value(at) : -1;
}

/* The launch of the next run removes it. */
void sup_mark_ready(struct sup *sup)
{
	_json_ json_t *json = NULL;
	int r;

	if (sup->facts.was_ready)
		return;
	sup->facts.was_ready = true;
	json = json_pack("{s:i, s:s, s:s, s:I, s:I}", "version", 1, "kind", "ready", "uuid",
			 sup->record.id.uuid, "ready", (json_int_t)time(NULL), "ready_boot_ms",
			 (json_int_t)clock_boot_ms());
	r = json ? file_replace_json_at(sup->run_fd, READY_FILE, json, 0600) : -ENOMEM;
	if (r)
		sup_log(sup, LOG_WARNING, "%s: %s", READY_FILE, strerror(-r));
}

bool sup_was_confirmed(const struct sup *sup)
{
	return same_run(sup, CONFIRMED_FILE);
}

/* On disk, because another supervisor may have to know it. */
int sup_mark_confirmed(struct sup *sup)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:s, s:I}", "version", 1, "kind", "confirmed",
					"uuid", sup->record.id.uuid, "confirmed",
					(json_int_t)time(NULL));

	return json ? file_replace_json_at(sup->run_fd, CONFIRMED_FILE, json, 0600) : -ENOMEM;
}

void sup_tell(struct sup *sup, const char *line)
{
	if (sup->ready_fd < 0)
		return;
	(void)!write_all(sup->ready_fd, line, strlen(line));
	close(sup->ready_fd);
	sup->ready_fd = -1;
}

/*
 * The keeper has written everything when it has ended, which it does when QEMU's stderr is
 * closed.
 */
static void wait_for_keeper(const struct sup *sup)
{
	_fd_ int fd = journal_helper_open(sup->run_fd, "keeper");
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (fd >= 0)
		(void)poll(&p, 1, KEEPER_MS);
}

/* The last lines of this run, not of one before it that said more. */
static json_t *tail_lines(const struct sup *sup)
{
	json_t *lines = json_array();
	_free_ char *text = NULL;
	struct stat st;
	char *s, *end;

	if (!lines || fstatat(sup->run_fd, TAIL_FILE, &st, AT_SYMLINK_NOFOLLOW) ||
	    st.st_mtime < (time_t)sup->record.started_unix ||
	    file_read_at(sup->run_fd, TAIL_FILE, 2 * KEEPER_TAIL_BYTES, &text, NULL))
		return lines;
	for (s = text; *s; s = end) {
		end = s + strcspn(s, "\n");
		if (*end)
			*end++ = '\0';
		str_sanitize(s);
		if (*s)
			json_array_append_new(lines, json_string(s));
		if (json_array_size(lines) > TAIL_LINES)
			json_array_remove(lines, 0);
	}
	return lines;
}

static json_t *or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *end_json(const struct sup *sup, enum sup_end end)
{
	const struct sup_end_facts *f = &sup->facts;
	bool exited = f->reaped && !f->signal, killed = f->reaped && f->signal;
	const char *signame = killed ? sigabbrev_np(f->signal) : NULL;

	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:I, s:I,"
			 " s:o}",
			 "version", 1, "kind", "end", "name", sup->record.name,
			 "uuid", sup->record.id.uuid, "end", sup_end_text(end),
			 "exit_code", exited ? json_integer(f->exit_code) : json_null(),
			 "signal", killed ? json_integer(f->signal) : json_null(),
			 "signal_name", or_null(signame), "exit_from", or_null(sup->exit_from),
			 "reason", or_null(sup->reason), "by", or_null(sup->last_rung),
			 "ready", f->was_ready, "timed_out", f->timed_out,
			 "started", (json_int_t)sup->record.started_unix,
			 "ended", (json_int_t)time(NULL), "stderr", tail_lines(sup));
}

/* The last lines, oldest first: the one that names the cause is seldom the last. */
static void join_lines(const json_t *lines, char *text, size_t size)
{
	size_t n = json_array_size(lines), at = 0;

	text[0] = '\0';
	for (size_t i = n > TOLD_LINES ? n - TOLD_LINES : 0; i < n && at + 8 < size; i++) {
		const char *line = json_string_value(json_array_get(lines, i));

		str_fit(text + at, size - at, at ? "; " : ": ");
		at += 2;
		str_fit(text + at, size - at < TOLD_BYTES ? size - at : TOLD_BYTES, line);
		at += strlen(text + at);
	}
}

/* One sentence for whoever waits for ready. */
static void describe(const struct sup *sup, const json_t *json, char *text, size_t size)
{
	const json_t *lines = json_object_get(json, "stderr");
	const struct sup_end_facts *f = &sup->facts;
	char how[256], said[TOLD_LINES * TOLD_BYTES], more[96] = "";

	if (f->timed_out && *sup->link.holder)
		snprintf(how, sizeof(how), _("QEMU was killed: %s had its control socket for %u s"),
			 sup->link.holder, sup->record.start_ms / 1000);
	else if (f->timed_out)
		snprintf(how, sizeof(how), _("QEMU did not answer within %u s and was killed"),
			 sup->record.start_ms / 1000);
	else if (f->reaped && f->signal)
		snprintf(how, sizeof(how), _("QEMU was ended by signal SIG%s"),
			 sigabbrev_np(f->signal) ? sigabbrev_np(f->signal) : "?");
	else if (f->reaped)
		snprintf(how, sizeof(how), _("QEMU ended with exit code %d"), f->exit_code);
	else
		snprintf(how, sizeof(how), "%s", _("QEMU has ended, how is not known"));
	join_lines(lines, said, sizeof(said));
	if (json_array_size(lines))
		snprintf(more, sizeof(more), _(" (`igvm logs %s` has all)"), sup->record.name);
	snprintf(text, size, "%s%s%s", how, said, more);
}

int sup_write_end(struct sup *sup, enum sup_end *end, json_t **json)
{
	int r;

	/* One that is killed by somebody else has no supervisor any more that knows it by itself. */
	sup_recall_kill(sup);
	*end = sup_classify(&sup->facts);
	*json = end_json(sup, *end);
	r = *json ? file_replace_json_at(sup->run_fd, END_FILE, *json, 0600) : -ENOMEM;
	if (r)
		sup_log(sup, LOG_ERROR, "%s: %s", END_FILE, strerror(-r));
	return r;
}

/* -EBUSY, held again: somebody has started it meanwhile, and cleaned up before that. */
static void clean_up(struct sup *sup)
{
	int r;

	/* A unit's is done by its ExecStopPost=; here systemd may leave us no right to. */
	if (sup->s->notify)
		return;
	r = vm_cleanup(sup->s->sysroot, sup->s->paths, sup->s->name);
	if (r && r != -EBUSY)
		sup_log(sup, LOG_ERROR, "cleaning up: %s", strerror(-r));
}

static void answer_waiters(struct sup *sup, json_t *end)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &sup->control.client[i];

		if (c->fd >= 0 && c->wait == CONTROL_WAIT_END)
			control_answer(&sup->control, c, json_pack("{s:O}", "end", end), -1);
	}
}

static void judge_restart(struct sup *sup, enum sup_end end)
{
	if (!sup->s->again || !sup->facts.was_ready || sup->record.trial_ms)
		return;
	switch (restart_judge(sup->s->paths, sup->s->name, end)) {
	case RESTART_DUE:
		sup->again = true;
		sup_log(sup, LOG_NOTE, "starting it again in %d s", SUP_RESTART_MS / 1000);
		sup_note(sup, "restart", NULL);
		break;
	case RESTART_TOO_OFTEN:
		sup_log(sup, LOG_ERROR, "failed %d times within %d min: not started again",
			SUP_RESTARTS + 1, SUP_RESTART_WINDOW_MS / 60000);
		break;
	case RESTART_NO:
		break;
	}
}

void sup_record_end(struct sup *sup)
{
	_json_ json_t *json = NULL;
	char text[1024], line[1200];
	enum sup_end end;

	sup_reap(sup);
	wait_for_keeper(sup);
	(void)!sup_write_end(sup, &end, &json);
	describe(sup, json, text, sizeof(text));
	sup_log(sup, end == END_CLEAN || end == END_FORCED ? LOG_NOTE : LOG_ERROR, "ended (%s): %s",
		sup_end_text(end), text);
	sup_note(sup, "ended", json);
	clean_up(sup);
	judge_restart(sup, end);
	control_unlisten(&sup->control);
	close(TAKE_FD(sup->lock_fd));
	if (json)
		answer_waiters(sup, json);
	snprintf(line, sizeof(line), "failed %s\n", text);
	sup_tell(sup, line);
	sup->code = end == END_CLEAN || end == END_FORCED ? EXIT_OK : EXIT_FAILED;
	sup->leave = true;
}

int sup_record_unseen(struct sup *sup)
{
	_json_ json_t *json = NULL;
	int r = record_read(sup->run_fd, &sup->record), cleaned;
	enum sup_end end;

	if (r)
		return r;
	sup->facts.was_ready = sup_was_ready(sup);
	if (!sup_has_end(sup))
		r = sup_write_end(sup, &end, &json);
	cleaned = sup->s->notify ? 0 : vm_cleanup(sup->s->sysroot, sup->s->paths, sup->s->name);
	return r ? r : cleaned == -EBUSY ? 0 : cleaned;
}
