/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * golden show CASE	writes the command line of a case to stdout, its findings to descriptor 3
 * golden json CASE findings|plan|words	writes one of them as JSON; 3: refused, so there is none
 * golden try CASE QEMU DIR	decides the case for that QEMU and runs it, with files that exist below
 *			DIR and a device that cannot exist, at which it ends; then, and for a case without
 *			a device at once, all the other words, and it is asked query-status
 *
 * CASE is a directory with vm.conf and host: the lines "device 4692" or "igpu none", "qemu 10.0",
 * "rom assign", "store gop ADL-S 4692 NAME.rom", "store-bad NAME.json", and what scene_line() in tests/scene.h knows; "purpose probe" and "rescue yes".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/decide/check.h"
#include "launcher/decide/plan.h"
#include "launcher/decide/words.h"
#include "tests/scene.h"

struct golden {
	struct wish wish;
	struct host_facts host;
	struct qemu_caps caps;
	struct paths paths;
	struct plan_input in;
	struct findings findings;
	struct plan plan;
	struct words words;
	uint8_t rom[SCENE_ROM];
	struct rom_store store;
	struct net_facts net;
	struct inputs inputs;
	struct way_in_facts way_in;
	bool planned;
};

static void die(const char *what, const char *more)
{
	fprintf(stderr, "golden: %s: %s\n", what, more);
	exit(2);
}

/* --- a case ------------------------------------------------------------------------ */

static void read_host_line(struct golden *g, const char *key, const char *value)
{
	if (!strcmp(key, "device"))
		return;	/* read before the others */
	if (!strcmp(key, "qemu"))
		scene_caps(&g->caps, value);
	else if (!strcmp(key, "purpose"))
		g->in.purpose = !strcmp(value, "probe") ? PLAN_PROBE : PLAN_RUN;
	else if (!strcmp(key, "rescue"))
		g->in.rescue = !strcmp(value, "yes");
	else if (!strcmp(key, "store"))
		scene_store(&g->store, value);
	else if (!strcmp(key, "store-bad"))
		scene_store_bad(&g->store, value);
	else if (scene_net(&g->net, key, value))
		g->in.net = &g->net;
	else if (scene_inputs(&g->inputs, key, value))
		g->in.inputs = &g->inputs;
	else if (!strcmp(key, "way-in"))
		g->in.way_in = scene_way_in(&g->way_in, value);
	else if (!strcmp(key, "rom-changed"))
		g->in.rom.changed = !strcmp(value, "yes");
	else if (!strcmp(key, "rom") && !strcmp(value, "unread"))
		g->in.rom.state = PLAN_ROM_UNREAD;
	else if (!strcmp(key, "rom") && !strcmp(value, "missing"))
		g->in.rom = (struct plan_rom){ .state = PLAN_ROM_FAILED, .err = ENOENT };
	else if (!strcmp(key, "rom") && scene_rom(g->rom, value))
		g->in.rom = (struct plan_rom){ .state = PLAN_ROM_READ, .bytes = { g->rom, SCENE_ROM } };
	else if (!scene_line(&g->host, key, value))
		die("no such line", key);
}

static void each_line(const char *text, struct golden *g,
		      void (*take)(struct golden *g, const char *key, const char *value))
{
	char line[256], key[64];

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t n = strcspn(at, "\n");
		char *value;

		if (!n || *at == '#')
			continue;
		snprintf(line, sizeof(line), "%.*s", (int)n, at);
		value = strchr(line, ' ');
		if (!value)
			die("a line without value", line);
		*value++ = '\0';
		str_fit(key, sizeof(key), line);
		take(g, key, value);
	}
}

static void take_device(struct golden *g, const char *key, const char *value)
{
	if (!strcmp(key, "device"))
		scene_host(&g->host, (uint16_t)scene_number(value, 16));
}

static void load(struct golden *g, const char *dir)
{
	_free_ char *text = NULL;
	struct wish_error e;
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/host", dir);
	if (file_read_at(AT_FDCWD, file, 65536, &text, NULL))
		die("cannot read", file);
	g->in.rom.state = PLAN_ROM_UNREAD;
	each_line(text, g, take_device);
	if (!g->host.n_pci)
		scene_host(&g->host, 0x4692);
	scene_caps(&g->caps, "10.0");
	scene_efi_rom(g->rom, "assign");
	g->in.rom = (struct plan_rom){ .state = PLAN_ROM_READ, .bytes = { g->rom, SCENE_ROM } };
	each_line(text, g, read_host_line);

	snprintf(g->paths.vms, PATH_MAX, "%s", dir);
	snprintf(g->paths.templates, PATH_MAX, "vm-templates");
	g->paths.system = true;
	strcpy(g->paths.data, "/var/lib/igvm");
	strcpy(g->paths.run, "/run/igvm");
	strcpy(g->store.dir, "/var/lib/igvm/roms");
	if (wish_read(&g->paths, "vm", &g->wish, &e)) {
		fprintf(stderr, "golden: %s:%d: %s\n", e.file, e.line, e.text);
		exit(2);
	}
}

static void decide(struct golden *g)
{
	struct check_input check = {
		.host = &g->host, .caps = &g->caps, .wish = &g->wish, .device = { 0, 0, 2, 0 },
	};

	g->in.wish = &g->wish;
	g->in.host = &g->host;
	g->in.caps = &g->caps;
	g->in.paths = &g->paths;
	g->in.store = &g->store;
	g->in.datadir = "/usr/share/igvm";
	check_run(&check, &g->findings);
	g->planned = plan_make(&g->in, &g->plan, &g->findings);
}

static void build(struct golden *g)
{
	const char *bad = "?";

	if (words_build(&g->plan, &g->words, &bad))
		die("words_build", bad);
}

/* --- show ----------------------------------------------------------------------------- */

static int show(struct golden *g)
{
	FILE *f = fdopen(3, "w");

	if (!f)
		die("descriptor 3", strerror(errno));
	for (size_t i = 0; i < g->findings.n; i++)
		fprintf(f, "%-5s %s: %s\n", severity_text(g->findings.v[i].severity),
			finding_def(g->findings.v[i].id)->id, g->findings.v[i].seen);
	fclose(f);
	if (!g->planned) {
		puts("# refused");
		return 0;
	}
	if (finding_worst(&g->findings) == SEVERITY_BLOCK)
		puts("# only with --force");
	build(g);
	printf("%s", g->plan.qemu);
	for (size_t i = 0; i < g->words.n; i++) {
		_free_ char *value = g->words.v[i].value ? words_quote(g->words.v[i].value) : NULL;

		printf(" \\\n  %s%s%s", g->words.v[i].option, value ? " " : "", value ? value : "");
	}
	putchar('\n');
	return 0;
}

static int dump(json_t *json)
{
	return !json || json_dumpf(json, stdout, JSON_INDENT(2)) ? 1 : 0;
}

/* A refused case has findings alone. */
static int show_json(struct golden *g, const char *what)
{
	if (!strcmp(what, "findings"))
		return dump(findings_json(&g->findings, "check", VERDICT_UNKNOWN));
	if (!g->planned)
		return 3;
	build(g);
	return dump(!strcmp(what, "plan") ? plan_json(&g->plan) : words_json(&g->words, g->plan.qemu));
}

/* --- try -------------------------------------------------------------------------------- */

static void make_file(const char *path, size_t bytes)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)bytes))
		die(path, strerror(errno));
	close(fd);
}

/* A qcow2 image of 1 MiB, version 3, empty: header, refcount table, refcount block, L1 table. */
static void make_qcow2(const char *path)
{
	static uint8_t image[4 * 65536];
	static const uint8_t header[] = {
		'Q', 'F', 'I', 0xfb, 0, 0, 0, 3, [20] = 0, 0, 0, 16, [29] = 0x10, 0, 0,
		[36] = 0, 0, 0, 1, [45] = 3, 0, 0, [53] = 1, 0, 0, [56] = 0, 0, 0, 1,
		[96] = 0, 0, 0, 4, 0, 0, 0, 104,
	};

	memset(image, 0, sizeof(image));
	memcpy(image, header, sizeof(header));
	image[65536 + 5] = 2;			/* refcount block at 0x20000 */
	for (size_t i = 0; i < 4; i++)
		image[2 * 65536 + 2 * i + 1] = 1;
	if (file_replace_at(AT_FDCWD, path, image, sizeof(image), 0600))
		die(path, strerror(errno));
}

/* As much of a Linux kernel as QEMU looks at: Documentation/arch/x86/boot.rst, protocol 2.12. */
static void make_kernel(const char *path)
{
	static uint8_t image[8192];

	memset(image, 0, sizeof(image));
	image[0x1f1] = 1;
	scene_le(image + 0x1fe, 0xaa55, 2);
	memcpy(image + 0x202, "HdrS", 4);
	scene_le(image + 0x206, 0x020c, 2);
	image[0x211] = 1;
	scene_le(image + 0x22c, 0x7fffffff, 4);
	scene_le(image + 0x238, 2047, 4);
	if (file_replace_at(AT_FDCWD, path, image, sizeof(image), 0600))
		die(path, strerror(errno));
}

/* The file a word names, made below @dir under its own last name. */
static void below(const char *dir, char path[static PATH_MAX])
{
	char name[PATH_MAX];

	str_fit(name, sizeof(name), strrchr(path, '/'));
	if (!str_print(path, PATH_MAX, "%s%s", dir, name))
		die("too long", dir);
}

static void copy_or_make(const struct plan_file *f, const char *to)
{
	struct plan_file file = *f;
	_free_ char *bytes = NULL;
	size_t n;

	if (file.n_bytes) {
		if (file_replace_at(AT_FDCWD, to, file.bytes, file.n_bytes, 0600))
			die(to, strerror(errno));
	} else if (strstr(to, ".fd") && !file_read_at(AT_FDCWD, file.from, 64 << 20, &bytes, &n)) {
		if (file_replace_at(AT_FDCWD, to, bytes, n, 0600))
			die(to, strerror(errno));
	} else if (strstr(to, "/kernel")) {
		make_kernel(to);
	} else {
		make_file(to, strstr(to, ".fd") ? 4 << 20 : 4096);
	}
}

static void move_files(struct golden *g, const char *dir)
{
	struct plan *p = &g->plan;
	char vnc[PATH_MAX];

	for (size_t i = 0; i < p->n_file; i++) {
		char to[PATH_MAX];

		str_fit(to, sizeof(to), p->file[i].to);
		below(dir, to);
		copy_or_make(&p->file[i], to);
	}
	if (p->firmware == PLAN_OVMF) {
		below(dir, p->ovmf_code);
		below(dir, p->ovmf_vars);
	}
	if (*p->rom)
		below(dir, p->rom);
	if (*p->stolen_file)
		below(dir, p->stolen_file);
	if (*p->kernel)
		below(dir, p->kernel);
	if (*p->initrd)
		below(dir, p->initrd);
	snprintf(vnc, sizeof(vnc), "%s/" PLAN_VNC_DIR, dir);
	mkdir(vnc, 0700);
	str_fit(p->run_dir, sizeof(p->run_dir), dir);
	p->host_bdf = (struct bdf){ 0xfffe, 0xff, 0x1f, 7 };
}

static int listener(const char *dir, const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%.80s/%s", dir, name);
	unlink(a.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1))
		die(name, strerror(errno));
	return fd;
}

/* A device of its own in a network namespace of its own, so that the host sees nothing of it. */
static int open_tap(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = -1;

	if (!unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET))
		fd = open("/dev/net/tun", O_RDWR);
	return fd >= 0 && !ioctl(fd, TUNSETIFF, &ifr) ? fd : -1;
}

static int make_fd(struct golden *g, const struct plan_fd *want, const char *dir, size_t i)
{
	char path[PATH_MAX];
	int pair[2];

	switch (want->kind) {
	case PLAN_FD_QMP:
		return listener(dir, "qmp");
	case PLAN_FD_AGENT:
		return listener(dir, "agent");
	case PLAN_FD_CONSOLE:
		return listener(dir, "console");
	case PLAN_FD_FIRMWARE_LOG:
	case PLAN_FD_TPM:
	case PLAN_FD_PASST:
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			die("socketpair", strerror(errno));
		return pair[0];
	case PLAN_FD_SERIAL_LOG:
		return open("/dev/null", O_WRONLY);
	case PLAN_FD_FILE:
		snprintf(path, sizeof(path), "%s/disk%zu", dir, i);
		if (g->plan.disk[i].qcow2)
			make_qcow2(path);
		else
			make_file(path, 1 << 20);
		return open(path, want->writable ? O_RDWR : O_RDONLY);
	case PLAN_FD_BRIDGE:
	case PLAN_FD_TAP:
		return open_tap();
	case PLAN_FD_USB:
		return open("/dev/null", O_RDWR);
	default:
		return open("/dev/null", O_RDONLY);
	}
}

static void give_fds(struct golden *g, const char *dir)
{
	int fd[PLAN_FDS_MAX];
	size_t disk = 0;

	for (size_t i = 0; i < g->plan.n_fd; i++) {
		int raw = make_fd(g, &g->plan.fd[i], dir, disk);

		if (g->plan.fd[i].kind == PLAN_FD_FILE)
			g->plan.disk[disk++].device = false;	/* a file stands for it */
		fd[i] = fcntl(raw, F_DUPFD, 100);
		if (raw < 0 || fd[i] < 0)
			die("descriptor", strerror(errno));
		close(raw);
	}
	for (size_t i = 0; i < g->plan.n_fd; i++) {
		dup2(fd[i], g->plan.fd[i].fd);
		close(fd[i]);
	}
}

/* QEMU 7.2 asks the kernel for this one before it looks at the accelerator. */
static void without_vpindex(char *cpu)
{
	static const char word[] = ",hv-vpindex=on";
	char *at = strstr(cpu, word);

	if (at)
		memmove(at, at + sizeof(word) - 1, strlen(at + sizeof(word) - 1) + 1);
}

/* KVM cannot be counted on where tests run: the same words, translated by software. */
static void without_kvm(struct words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		char *v = w->v[i].value, *at;

		if (v && !strcmp(w->v[i].option, "-machine") && (at = strstr(v, "accel=kvm")))
			memcpy(at, "accel=tcg", 9);
		if (v && !strcmp(w->v[i].option, "-cpu") && str_starts(v, "host")) {
			memmove(v + 3, v + 4, strlen(v + 4) + 1);
			memcpy(v, "max", 3);
			without_vpindex(v);
		}
		/* The memory is not used: the guest never runs. */
		if (v && !strcmp(w->v[i].option, "-m"))
			strcpy(v, strlen(v) > 9 ? "size=128M" : v);
	}
}

/*
 * A TPM needs a swtpm, a shared folder a virtiofsd that answers before QEMU goes on: tests of the launch have them. USB and event devices
 * of the host are the lab's.
 */
static const char *const never_there[] = { "id=tpm", "tpmdev=tpm0", "usb-host", "input-linux", "id=share", "vhost-user-fs",
					   NULL };
/* Behind the device that cannot exist nothing is looked at any more. */
static const char *const no_igpu[] = { "vfio-pci,", NULL };

/* Takes each word out whose value has one of @gone in it. */
static void without(struct words *w, const char *const *gone)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		const char *const *g = gone;

		while (*g && !(w->v[i].value && strstr(w->v[i].value, *g)))
			g++;
		if (*g) {
			free(w->v[i].option);
			free(w->v[i].value);
		} else {
			w->v[n++] = w->v[i];
		}
	}
	w->n = n;
}

static void exec_qemu(struct golden *g, const char *qemu, const char *dir, bool device)
{
	char **argv, *with_s[512];
	size_t n = 0;

	move_files(g, dir);
	give_fds(g, dir);
	build(g);
	without_kvm(&g->words);
	without(&g->words, never_there);
	if (!device)
		without(&g->words, no_igpu);
	argv = words_argv(&g->words, qemu);
	for (; argv && argv[n] && n < 509; n++)
		with_s[n] = argv[n];
	with_s[n++] = (char *)"-S";
	with_s[n] = NULL;
	execv(qemu, with_s);
	die(qemu, strerror(errno));
}

static int qmp_connect(const char *dir, pid_t pid)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%.80s/qmp", dir);
	for (int i = 0; i < 100; i++) {
		siginfo_t end = { 0 };

		if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
			return fd;
		if (!waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) && end.si_pid)
			break;
		usleep(100 * 1000);
	}
	return -1;
}

/* Does QEMU answer query-status within 20 s? What it says before is of no interest here. */
static bool answers(const char *dir, pid_t pid)
{
	static const char ask[] = "{\"execute\":\"qmp_capabilities\"}{\"execute\":\"query-status\"}"
				  "{\"execute\":\"quit\"}";
	char text[65536] = "";
	_fd_ int fd = qmp_connect(dir, pid);
	size_t n = 0;

	if (fd < 0 || write(fd, ask, sizeof(ask) - 1) < 0)
		return false;
	while (n < sizeof(text) - 1) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t got = poll(&pfd, 1, 20000) > 0 ? read(fd, text + n, sizeof(text) - 1 - n) : -1;

		if (got <= 0)
			break;
		n += (size_t)got;
		text[n] = '\0';
	}
	return strstr(text, "\"prelaunch\"") != NULL;
}

static void run(struct golden *g, const char *qemu, const char *dir, bool device)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid)
		exec_qemu(g, qemu, dir, device);
	if (!device)
		puts(answers(dir, pid) ? "answered" : "silent");
	waitpid(pid, &status, 0);
	printf("ended %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

/* The case as it is decided for this QEMU, whatever QEMU the golden files are for. */
static int try(struct golden *g, const char *qemu, const char *dir)
{
	char why[256];

	if (qemu_caps_read(qemu, NULL, &g->caps, why, sizeof(why)))
		die(qemu, why);
	*g->wish.machine_version = '\0';
	decide(g);
	/* Without the driver 11.1.3 dies of SIGSEGV instead of saying so. */
	if (!g->planned || finding_has(&g->findings, FINDING_AUDIO_NO_DRIVER)) {
		puts("refused");
		return 0;
	}
	if (g->plan.igpu) {
		run(g, qemu, dir, true);
		puts("without the device");
	}
	run(g, qemu, dir, false);
	return 0;
}

int main(int argc, char **argv)
{
	static struct golden g;

	if (argc < 3)
		die("usage", "golden show|json|try CASE [findings|plan|words] [QEMU DIR]");
	load(&g, argv[2]);
	if (!strcmp(argv[1], "show")) {
		decide(&g);
		return show(&g);
	}
	if (!strcmp(argv[1], "json") && argc == 4) {
		decide(&g);
		return show_json(&g, argv[3]);
	}
	if (!strcmp(argv[1], "try") && argc == 5)
		return try(&g, argv[3], argv[4]);
	die("usage", "golden show|json|try CASE [findings|plan|words] [QEMU DIR]");
}
