/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/bind_write.h"
#include "launcher/run/record.h"

#define ORDERS_FILE	"start.json"
#define MARK_FILE	"unit.json"
#define SMALL_MAX	4096
#define UNIT_FILE_MAX	65536
#define SUPERVISE_MS	5000

/* Where units are looked for, first one first: systemd.unit(5), without the directories of generators. */
static const char *const unit_dirs[] = {
	"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system",
};

/* The program of ExecStart=, which is a path: ours are made by `make install`. */
static bool read_program(const char *text, char path[static PATH_MAX])
{
	static const char key[] = "\nExecStart=";
	const char *at = strstr(text, key);
	size_t len;

	if (!at)
		return false;
	at += sizeof(key) - 1;
	len = strcspn(at, " \n");
	return *at == '/' && len < PATH_MAX && str_print(path, PATH_MAX, "%.*s", (int)len, at);
}

static bool is_me(const char *path)
{
	struct stat me, other;

	return !stat("/proc/self/exe", &me) && !stat(path, &other) && stat_is_same(&me, &other);
}

static bool find_unit(const char *file, char **text)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(unit_dirs); i++)
		if (str_print(path, sizeof(path), "%s/%s", unit_dirs[i], file) &&
		    !file_read_at(AT_FDCWD, path, UNIT_FILE_MAX, text, NULL))
			return true;
	return false;
}

enum unit_systemd unit_serves(const struct paths *p)
{
	_free_ char *vm = NULL, *supervise = NULL;
	char program[PATH_MAX];
	struct paths system;

	paths_system(&system, "/");
	if (!p->system || strcmp(p->run, system.run))
		return UNIT_NOT_SYSTEM;
	/* sd_booted(3) */
	if (access("/run/systemd/system", F_OK))
		return UNIT_NO_SYSTEMD;
	if (!find_unit("igvm@.service", &vm) || !find_unit("igvm-supervise@.service", &supervise) ||
	    !read_program(vm, program))
		return UNIT_NO_UNITS;
	return is_me(program) ? UNIT_SERVES : UNIT_OTHER_PROGRAM;
}

const char *unit_serves_text(enum unit_systemd s)
{
	static const char *const text[] = {
		[UNIT_SERVES] = "",
		[UNIT_NO_SYSTEMD] = N_("systemd does not run this host"),
		[UNIT_NO_UNITS] = N_("igvm@.service and igvm-supervise@.service are not installed (make install)"),
		[UNIT_OTHER_PROGRAM] = N_("igvm@.service starts another igvm than this one"),
		[UNIT_NOT_SYSTEM] = N_("it is a VM of a user, and systemd's units are for the VMs of the system"),
	};

	return text[s];
}

/* "0::/machine.slice/igvm@win11.service", or below it; of the older hierarchies that of systemd. */
static bool is_below(const char *line, const char *unit)
{
	const char *at = strstr(line, unit);
	char after;

	if (!at || at == line || at[-1] != '/')
		return false;
	after = at[strlen(unit)];
	return !after || after == '/';
}

bool unit_has_process(pid_t pid, const char *name)
{
	char path[32] = "/proc/self/cgroup", unit[UNIT_NAME_MAX];
	_free_ char *text = NULL;
	char *save = NULL;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (!str_print(unit, sizeof(unit), UNIT_VM, name) ||
	    file_read_at(AT_FDCWD, path, UNIT_FILE_MAX, &text, NULL))
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (is_below(line, unit))
			return true;
	return false;
}

/* The same, made where it is missing; launch gives it its group. */
static int make_run(const struct paths *p, const char *name)
{
	_fd_ int parent = dir_open_mine(p->run, 0755);
	char path[PATH_MAX];

	if (parent < 0)
		return parent;
	if (!str_print(path, sizeof(path), "%s/%s", p->run, name))
		return -ENAMETOOLONG;
	return dir_open_mine(path, 0700);
}

bool unit_has(const struct paths *p, const char *name)
{
	_fd_ int run = record_open_dir(p, name), pidfd = -1;
	struct record record;

	if (!p->system || run < 0 || record_read(run, &record))
		return false;
	pidfd = identity_open(&record.id);
	return pidfd >= 0 && unit_has_process(record.id.pid, name);
}

bool unit_is_enabled(const struct paths *p, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return p->system && str_print(path, sizeof(path), "/etc/systemd/system/multi-user.target.wants/"
				      UNIT_VM, name) && !lstat(path, &st);
}

static int run_systemctl(const char *const args[], int timeout_ms)
{
	static const char *const places[] = {
		"/usr/bin/systemctl", "/bin/systemctl", "/run/current-system/sw/bin/systemctl",
	};
	char *argv[10] = { NULL };
	int r = -ENOENT;

	for (size_t i = 0; args[i] && i + 2 < ARRAY_SIZE(argv); i++)
		argv[i + 1] = (char *)args[i];
	for (size_t i = 0; i < ARRAY_SIZE(places) && r == -ENOENT; i++) {
		argv[0] = (char *)places[i];
		r = bind_run(argv, timeout_ms);
	}
	return r;
}

int unit_systemctl(const char *verb, const char *option, const char *name, bool both, int timeout_ms)
{
	char vm[UNIT_NAME_MAX], supervise[UNIT_NAME_MAX];
	const char *args[8] = { "--quiet" };
	size_t n = 1;

	if (!str_print(vm, sizeof(vm), UNIT_VM, name) ||
	    !str_print(supervise, sizeof(supervise), UNIT_SUPERVISE, name))
		return -ENAMETOOLONG;
	if (option)
		args[n++] = option;
	args[n++] = verb;
	args[n++] = vm;
	if (both)
		args[n++] = supervise;
	return run_systemctl(args, timeout_ms);
}

/*
 * By BindsTo= a start of the supervisor is a start of the VM too: it must not take the place of a stop
 * that is under way.
 */
int unit_supervise(const char *name)
{
	char supervise[UNIT_NAME_MAX];
	const char *const args[] = {
		"--quiet", "--no-block", "--job-mode=fail", "start", supervise, NULL
	};

	if (!str_print(supervise, sizeof(supervise), UNIT_SUPERVISE, name))
		return -ENAMETOOLONG;
	return run_systemctl(args, SUPERVISE_MS);
}

int unit_orders_write(const struct paths *p, const char *name, const struct unit_orders *o)
{
	_fd_ int run = make_run(p, name);
	_json_ json_t *json = NULL;

	if (run < 0)
		return run;
	if (!o->rescue && !o->force && !o->yes && !o->no_probe && !o->trial_ms)
		return unlinkat(run, ORDERS_FILE, 0) && errno != ENOENT ? -errno : 0;
	json = json_pack("{s:i, s:s, s:b, s:b, s:b, s:b, s:i}", "version", 1, "kind", "start", "rescue",
			 o->rescue, "force", o->force, "yes", o->yes,
			 "no_probe", o->no_probe, "trial_ms", (int)o->trial_ms);
	return json ? file_replace_json_at(run, ORDERS_FILE, json, 0600) : -ENOMEM;
}

int unit_orders_read(const struct paths *p, const char *name, struct unit_orders *o)
{
	_fd_ int run = record_open_dir(p, name);
	_json_ json_t *json = NULL;
	json_int_t trial;
	int r = 0;

	*o = (struct unit_orders){ 0 };
	if (run < 0)
		return run == -ENOENT ? 0 : run;
	json = file_load_json_at(run, ORDERS_FILE, SMALL_MAX, &r);
	if (!json)
		return r == -ENOENT ? 0 : r;
	r = record_check_version(json, 1);
	trial = json_integer_value(json_object_get(json, "trial_ms"));
	if (r || trial < 0 || trial > RECORD_TRIAL_MAX_MS)
		return r ? r : -EBADMSG;
	o->rescue = json_is_true(json_object_get(json, "rescue"));
	o->force = json_is_true(json_object_get(json, "force"));
	o->yes = json_is_true(json_object_get(json, "yes"));
	o->no_probe = json_is_true(json_object_get(json, "no_probe"));
	o->trial_ms = (unsigned int)trial;
	return 0;
}

void unit_orders_forget(const struct paths *p, const char *name)
{
	_fd_ int run = record_open_dir(p, name);

	if (run >= 0)
		unlinkat(run, ORDERS_FILE, 0);
}

int unit_mark(const struct paths *p, const char *name, const char *invocation)
{
	_fd_ int run = make_run(p, name);
	_json_ json_t *json = json_pack("{s:i, s:s, s:s}", "version", 1, "kind", "unit", "invocation",
					invocation);

	if (run < 0)
		return run;
	return json ? file_replace_json_at(run, MARK_FILE, json, 0600) : -ENOMEM;
}

bool unit_is_marked(const struct paths *p, const char *name, const char *invocation)
{
	_fd_ int run = record_open_dir(p, name);
	_json_ json_t *json = NULL;
	const char *id;
	int r;

	if (run < 0)
		return false;
	json = file_load_json_at(run, MARK_FILE, SMALL_MAX, &r);
	id = json_string_value(json_object_get(json, "invocation"));
	return id && !strcmp(id, invocation);
}
