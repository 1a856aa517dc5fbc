/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * setupplan ROOT [shared] [adopt] [ids|address] VERB...: a setup plan for tests, without the journal of igvm setup.
 *
 * The plan is made once, then each verb in turn: show, json, commands, boot print; apply and restore write the
 * files' after and before bytes below ROOT; run runs the commands in a chroot there; readback judges the result;
 * refused fails unless the plan is. The first verb that fails ends it with status 1.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/cleanup.h"
#include "launcher/setup/setup_make.h"

static struct setup_plan plan;
static struct setup_notes notes;
static struct loader_facts boot;
static const char *root;

static int put(const struct setup_file *f, const char *text, size_t len)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s%s", root, f->path);
	if (!text)
		return unlink(path);
	for (char *s = strchr(path + strlen(root) + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(path, 0755);
		*s = '/';
	}
	out = fopen(path, "w");
	if (!out || fwrite(text, 1, len, out) != len || fclose(out))
		return -1;
	return f->before ? 0 : chmod(path, f->mode);
}

static int write_files(bool after)
{
	int r = 0;

	for (size_t i = 0; !r && i < plan.n_files; i++) {
		const struct setup_file *f = &plan.file[i];

		r = after ? put(f, f->after, f->after_len) : put(f, f->before, f->before_len);
	}
	return r;
}

static int commands(void)
{
	for (size_t i = 0; i < plan.n_commands; i++) {
		for (size_t a = 0; plan.command[i].argv[a]; a++)
			printf("%s%s", a ? " " : "", plan.command[i].argv[a]);
		putchar('\n');
	}
	return 0;
}

static int run_commands(void)
{
	int r = 0;

	for (size_t i = 0; !r && i < plan.n_commands; i++) {
		char line[2048];
		size_t n = (size_t)snprintf(line, sizeof(line), "chroot '%s'", root);

		for (size_t a = 0; plan.command[i].argv[a]; a++)
			n += (size_t)snprintf(line + n, sizeof(line) - n, " '%s'", plan.command[i].argv[a]);
		fflush(stdout);
		r = system(line);
		if (r)
			fprintf(stderr, "setupplan: %s: status %d\n", line, r);
	}
	return r;
}

static int readback(void)
{
	static struct setup_notes back;
	int r = setup_readback(root, &plan, &back);

	setup_notes_print(stdout, &back);
	printf("readback %d\n", r);
	return r;
}

static int print_json(void)
{
	_json_ json_t *j = setup_plan_json(&plan, &notes);

	return !j || json_dumpf(j, stdout, JSON_INDENT(2)) || putchar('\n') == EOF;
}

static int verb(const char *word)
{
	if (!strcmp(word, "show"))
		return setup_plan_print(stdout, &plan, &notes);
	if (!strcmp(word, "json"))
		return print_json();
	if (!strcmp(word, "commands"))
		return commands();
	if (!strcmp(word, "apply"))
		return write_files(true);
	if (!strcmp(word, "restore"))
		return write_files(false);
	if (!strcmp(word, "run"))
		return run_commands();
	if (!strcmp(word, "readback"))
		return readback();
	if (!strcmp(word, "refused"))
		return !setup_refused(&notes);
	if (!strcmp(word, "boot"))
		return printf("%s, %s, source %d\n", boot_loader_name(boot.loader), boot_builder_name(boot.builder),
			      boot.source) < 0;
	fprintf(stderr, "setupplan: %s?\n", word);
	return 2;
}

/* As setup_prepare(), with the templates of the source tree. */
static int prepare(const struct setup_wish *wish)
{
	static struct host_facts host;
	struct setup_texts texts = { 0 };
	struct tree t;
	int r = host_read(root, HOST_VFIO_NEVER, &host);

	if (!r)
		r = tree_init(&t, root);
	if (r)
		return r;
	loader_read(&t, host.kernel, &boot);
	r = setup_read(&t, &boot, "vm-templates", &texts);
	if (!r)
		r = setup_make(&host, &boot, &texts, wish, &plan, &notes);
	setup_texts_done(&texts);
	host_done(&host);
	close(t.fd);
	return r;
}

int main(int argc, char **argv)
{
	struct setup_wish wish = { .way = SETUP_DEDICATED };
	int i, r;

	if (argc < 3)
		return 2;
	root = argv[1];
	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "shared"))
			wish.way = SETUP_SHARED;
		else if (!strcmp(argv[i], "adopt"))
			wish.adopt = true;
		else if (!strcmp(argv[i], "ids"))
			wish.by = SETUP_BY_IDS;
		else if (!strcmp(argv[i], "address"))
			wish.by = SETUP_BY_ADDRESS;
		else
			break;
	}
	r = prepare(&wish);
	if (r)
		fprintf(stderr, "setupplan: %s: %s\n", root, strerror(-r));
	for (; !r && i < argc; i++)
		r = verb(argv[i]);
	setup_plan_done(&plan);
	return r ? 1 : 0;
}
