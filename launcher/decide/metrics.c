/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "launcher/decide/sup.h"

/** struct metric - a row; help texts are for a program's log: not translated, one line each */
struct metric {
	const char *name, *type, *help;
	/* The sample of a VM; false: it has none. */
	bool (*value)(const struct metric *m, const struct metrics_vm *vm, int64_t *v);
	const char *key;	/* of status --json */
	/* A sample for each word, 1 where it is the VM's own, with the word as label @label. */
	const char *label;
	const char *const *words;
	const char *(*word)(const struct metrics_vm *vm);	/* NULL: no samples */
};

static const json_t *member(const struct metrics_vm *vm, const char *key)
{
	return vm->status ? json_object_get(vm->status, key) : NULL;
}

static const char *text(const struct metrics_vm *vm, const char *key)
{
	return json_string_value(member(vm, key));
}

static bool is_known(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	(void)m;
	*v = vm->status != NULL;
	return true;
}

static bool flag(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	const json_t *value = member(vm, m->key);

	*v = json_is_true(value);
	return json_is_boolean(value);
}

static bool number(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	const json_t *value = member(vm, m->key);

	*v = json_integer_value(value);
	return json_is_integer(value);
}

static bool count(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	const json_t *value = json_object_get(member(vm, "counts"), m->key);

	*v = json_integer_value(value);
	return json_is_integer(value);
}

/* Is there anything to tell? null says no. */
static bool is_set(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	const json_t *value = member(vm, m->key);

	*v = value && !json_is_null(value);
	return value;
}

/* Only a supervisor has heard of it. */
static bool is_silent(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	return is_set(m, vm, v) && json_is_true(member(vm, "supervised"));
}

static bool has_io_error(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	const char *state = text(vm, m->key);

	*v = state && !strcmp(state, "io-error");
	return state;
}

static bool verdict(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	(void)m;
	*v = vm->works;
	return vm->works >= 0;
}

static bool verdict_time(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	(void)m;
	*v = (int64_t)vm->verified;
	return vm->works >= 0;
}

/* The last run that is over: of a VM that runs it is the one before. */
static const json_t *last_end(const struct metrics_vm *vm)
{
	const json_t *end = member(vm, "end");

	return json_is_object(end) ? end : member(vm, "previous_end");
}

static const char *end_word(const struct metrics_vm *vm)
{
	return json_string_value(json_object_get(last_end(vm), "end"));
}

static bool end_time(const struct metric *m, const struct metrics_vm *vm, int64_t *v)
{
	const json_t *ended = json_object_get(last_end(vm), "ended");

	(void)m;
	*v = json_integer_value(ended);
	return json_is_integer(ended);
}

static const char *state_word(const struct metrics_vm *vm)
{
	return text(vm, "state");
}

/* Of the schema of status --json, in its order; a test compares them. */
static const char *const states[] = {
	"attaching", "adopting", "running", "asked", "quitting", "killing", "deaf", "gone",
	"launching", "unsupervised", "stopped", NULL
};
static const char *const ends[] = { "clean", "forced", "failed", "permanent", "unknown", NULL };

static const struct metric metrics[] = {
	{ "igvm_vm_status_known", "gauge", "Whether the state of the VM could be read; 0: its supervisor does not "
	  "answer, or it may not be seen.", .value = is_known },
	{ "igvm_vm_up", "gauge", "Whether the VM runs.", .value = flag, .key = "running" },
	{ "igvm_vm_state", "gauge", "The state of the VM, as in igvm status --json: 1 for the one it is in.",
	  .label = "state", .words = states, .word = state_word },
	{ "igvm_vm_healthy", "gauge", "Whether the guest runs as it should; no sample while it is stopped or paused on "
	  "purpose.", .value = flag, .key = "healthy" },
	{ "igvm_vm_supervised", "gauge", "Whether a supervisor watches the VM.",
	  .value = flag, .key = "supervised" },
	{ "igvm_vm_unresponsive", "gauge", "Whether QEMU has stopped to answer.",
	  .value = is_silent, .key = "unresponsive_since" },
	{ "igvm_vm_paused_by_io_error", "gauge", "Whether QEMU has paused the guest because of a disk error, such as a "
	  "full file system.", .value = has_io_error, .key = "run_state" },
	{ "igvm_vm_guest_agent_connected", "gauge", "Whether the guest agent has its port open.",
	  .value = flag, .key = "agent" },
	{ "igvm_vm_reboot_needed", "gauge", "Whether the host must be rebooted before its screen comes back.",
	  .value = is_set, .key = "reboot_needed" },
	{ "igvm_vm_autostart", "gauge", "Whether the VM is started with the host.",
	  .value = flag, .key = "autostart" },
	{ "igvm_vm_restarting", "gauge", "Whether the VM has failed and is about to be started again.",
	  .value = flag, .key = "restarting" },
	{ "igvm_vm_start_time_seconds", "gauge", "When the run that goes on began, in seconds since 1970.",
	  .value = number, .key = "started" },
	{ "igvm_vm_starts_total", "counter", "How often the VM was started since the host's boot, or a user's VM "
	  "since his login.",
	  .value = number, .key = "starts" },
	{ "igvm_vm_last_end", "gauge", "How the last run that is over ended: 1 for the kind it was.",
	  .label = "kind", .words = ends, .word = end_word },
	{ "igvm_vm_last_end_time_seconds", "gauge", "When it ended, in seconds since 1970.",
	  .value = end_time },
	{ "igvm_vm_guest_resets_total", "counter", "Resets of the machine as this supervisor has seen them.",
	  .value = count, .key = "resets" },
	{ "igvm_vm_guest_panics_total", "counter", "Panics of the guest as this supervisor has seen them.",
	  .value = count, .key = "panics" },
	{ "igvm_vm_io_errors_total", "counter", "Disk errors as this supervisor has seen them.",
	  .value = count, .key = "io_errors" },
	{ "igvm_vm_watchdogs_total", "counter", "Expiries of the guest's watchdog as this supervisor has seen them.",
	  .value = count, .key = "watchdogs" },
	{ "igvm_vm_verified", "gauge", "What igvm verify found last: 1 the guest's driver works, 0 it is broken.",
	  .value = verdict },
	{ "igvm_vm_verified_time_seconds", "gauge", "When igvm verify looked last, in seconds since 1970.",
	  .value = verdict_time },
};

/* Backslash, quote and line feed are escaped in the value of a label; names of VMs and states hold none today. */
static void print_label(FILE *f, const char *name, const char *value)
{
	fprintf(f, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", f);
		else
			fprintf(f, *value == '\\' || *value == '"' ? "\\%c" : "%c", *value);
	}
	fputc('"', f);
}

static void print_sample(FILE *f, const struct metric *m, const struct metrics_vm *vm, const char *word,
			 int64_t v)
{
	fprintf(f, "%s{", m->name);
	print_label(f, "vm", vm->name);
	fputc(',', f);
	print_label(f, "scope", vm->scope);
	if (word) {
		fputc(',', f);
		print_label(f, m->label, word);
	}
	fprintf(f, "} %" PRId64 "\n", v);
}

static void print_vm(FILE *f, const struct metric *m, const struct metrics_vm *vm)
{
	const char *word = m->word ? m->word(vm) : NULL;
	int64_t v = 0;

	if (m->value && m->value(m, vm, &v))
		print_sample(f, m, vm, NULL, v);
	for (size_t i = 0; word && m->words[i]; i++)
		print_sample(f, m, vm, m->words[i], !strcmp(word, m->words[i]));
}

bool metrics_print(FILE *f, const struct metrics_vm *vm, size_t n)
{
	fprintf(f, "# HELP igvm_build_info The igvm that tells this.\n# TYPE igvm_build_info gauge\n"
		   "igvm_build_info{version=\"%s\"} 1\n", IGVM_VERSION);
	for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++) {
		fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name, metrics[i].help, metrics[i].name,
			metrics[i].type);
		for (size_t j = 0; j < n; j++)
			print_vm(f, &metrics[i], &vm[j]);
	}
	return !ferror(f);
}
