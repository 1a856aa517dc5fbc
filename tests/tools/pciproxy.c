/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run QEMU with a made-up integrated GPU at 00:02.0: see usage below.
 *
 * Theory of operation
 *
 * QEMU's x-pci-proxy-dev asks another process what its config space and BARs
 * read, over a socket (QEMU include/hw/remote/mpqemu-link.h, hw/remote/proxy.c).
 * This is that process. It is for QEMU 7.2 under TCG, which has no vfio-user;
 * 11.1.3 crashes under TCG while it makes the device (KVM's irqfd). Only
 * 32-bit BARs exist, no DMA, no interrupts: enough for firmware drivers, with
 * plain memory behind BAR 2 for a frame buffer;
 * tests/lab has the device that operating systems' drivers accept.
 *
 * The messages are structs in the memory layout of the machine, and QEMU runs
 * beside us, so structs are what is read and written here. Descriptors that
 * come along (memory, interrupts) are never taken and the kernel closes them.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
	"usage: pciproxy [options] -- QEMU WORD...\n"
	"\n"
	"Run QEMU with a simulated Intel iGPU at 00:02.0 added to its words, and end\n"
	"with it. The machine needs memory that is shared: -machine memory-backend=ID\n"
	"-object memory-backend-memfd,id=ID,size=SIZE,share=on\n"
	"  --device ID          device id, hexadecimal [4692]\n"
	"  --vendor ID          [8086]\n"
	"  --class CLASS        base class and subclass, hexadecimal [0300]\n"
	"  --ggc WORD           GGC register, hexadecimal [01c0]\n"
	"  --mmio OFFSET=DWORD  what BAR 0 reads there, both hexadecimal; up to 8 [0]\n"
	"  --rom FILE           option ROM\n"
	"  --readonly OFFSET    dword of config space that drops writes; up to 8\n";

#define APERTURE (UINT32_C(256) << 20)

enum command { SYNC_SYSMEM, RET, CFGWRITE, CFGREAD, BAR_WRITE, BAR_READ, SET_IRQFD,
	       DEVICE_RESET };

struct header {
	int32_t command;
	uint64_t bytes;
};

union body {
	uint64_t u64;
	struct {
		uint32_t address, value;
		int32_t width;
	} config;
	struct {
		uint64_t address, value;
		uint32_t width;
		bool memory;
	} bar;
	uint8_t all[192]; /* SYNC_SYSMEM: three arrays of eight u64 */
};

struct pair {
	uint32_t offset, value;
};

struct device {
	uint8_t config[256];
	uint8_t writable[256];
	uint8_t *aperture; /* behind BAR 2 */
	struct pair mmio[8];
	size_t n_mmio;
	const char *rom;
};

static void config_put(struct device *d, unsigned int off, unsigned int n, uint32_t value,
		       uint32_t writable)
{
	for (unsigned int i = 0; i < n; i++) {
		d->config[off + i] = (uint8_t)(value >> 8 * i);
		d->writable[off + i] = (uint8_t)(writable >> 8 * i);
	}
}

/* BAR 0 registers, BAR 2 aperture, BAR 4 I/O, sizes as on Gen 12. */
static void device_init(struct device *d)
{
	*d = (struct device){ 0 };
	memset(d->writable + 0x40, 0xff, sizeof(d->writable) - 0x40);
	config_put(d, 0x00, 4, 0x46928086, 0);
	config_put(d, 0x04, 2, 0, 0x0007);
	config_put(d, 0x08, 4, 0x0300000c, 0);
	config_put(d, 0x10, 4, 0, 0xff000000);
	config_put(d, 0x18, 4, 0x00000008, ~(APERTURE - 1));
	config_put(d, 0x20, 4, 0x00000001, 0xffffffc0);
	config_put(d, 0x2c, 4, 0x7d251462, 0);
	config_put(d, 0x3c, 4, 0x00000100, 0xff);
	config_put(d, 0x50, 2, 0x01c0, 0);
}

static uint64_t config_read(const struct device *d, uint32_t off, int32_t width)
{
	uint64_t v = 0;

	for (int32_t i = width; i--;)
		v = v << 8 | (off + (uint32_t)i < sizeof(d->config) ? d->config[off + i] : 0xff);
	return v;
}

static void config_write(struct device *d, uint32_t off, uint32_t value, int32_t width)
{
	for (int32_t i = 0; i < width && off + (uint32_t)i < sizeof(d->config); i++) {
		uint8_t *byte = &d->config[off + i], mask = d->writable[off + i];

		*byte = (uint8_t)((*byte & ~mask) | ((value >> 8 * i) & mask));
	}
}

/* The plain memory that an access through BAR 2 is about; NULL: another BAR. */
static uint8_t *aperture_at(const struct device *d, const union body *b)
{
	uint32_t base = (uint32_t)config_read(d, 0x18, 4) & ~UINT32_C(0xf);
	uint64_t off = b->bar.address - base;

	if (!b->bar.memory || !base || b->bar.address < base || b->bar.width > sizeof(uint64_t) ||
	    off > APERTURE - sizeof(uint64_t))
		return NULL;
	return d->aperture + off;
}

static void bar_write(const struct device *d, const union body *b)
{
	uint8_t *to = aperture_at(d, b);

	if (to)
		memcpy(to, &b->bar.value, b->bar.width);
}

static uint64_t bar_read(const struct device *d, const union body *b)
{
	uint32_t bar0 = (uint32_t)config_read(d, 0x10, 4);
	const uint8_t *from = aperture_at(d, b);
	uint64_t v = 0;

	if (from) {
		memcpy(&v, from, b->bar.width);
		return v;
	}
	for (size_t i = 0; i < d->n_mmio; i++)
		if (b->bar.memory && b->bar.address == (uint64_t)bar0 + d->mmio[i].offset)
			return d->mmio[i].value;
	return 0;
}

/* 1: all of it, 0: the other side has gone. */
static int read_all(int fd, void *p, size_t n)
{
	for (size_t have = 0; have < n;) {
		ssize_t r = read(fd, (char *)p + have, n - have);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return 0;
		have += (size_t)r;
	}
	return 1;
}

static void reply(int fd, uint64_t value)
{
	struct header h = { .command = RET, .bytes = sizeof(value) };

	if (write(fd, &h, sizeof(h)) != sizeof(h) ||
	    write(fd, &value, sizeof(value)) != sizeof(value))
		perror("pciproxy: write");
}

static void serve_one(struct device *d, int fd, int32_t command, const union body *b)
{
	switch (command) {
	case CFGREAD:
		reply(fd, config_read(d, b->config.address, b->config.width));
		break;
	case CFGWRITE:
		config_write(d, b->config.address, b->config.value, b->config.width);
		reply(fd, 0);
		break;
	case BAR_READ:
		reply(fd, bar_read(d, b));
		break;
	case BAR_WRITE:
		bar_write(d, b);
		reply(fd, 0);
		break;
	case DEVICE_RESET:
		reply(fd, 0);
		break;
	default: /* SYNC_SYSMEM and SET_IRQFD want no answer */
		break;
	}
}

static void serve(struct device *d, int fd)
{
	struct header h;
	union body b;

	while (read_all(fd, &h, sizeof(h))) {
		if (h.bytes > sizeof(b) || !read_all(fd, &b, h.bytes)) {
			fprintf(stderr, "pciproxy: message of %ju bytes\n", (uintmax_t)h.bytes);
			return;
		}
		serve_one(d, fd, h.command, &b);
	}
}

/* QEMU's words and ours; never returns. */
static void run_qemu(const struct device *d, int fd, char **words, size_t n)
{
	char **all = calloc(n + 3, sizeof(*all)), *word = NULL;

	if (!all || asprintf(&word, "x-pci-proxy-dev,id=igd,addr=02.0,fd=%d%s%s", fd,
			     d->rom ? ",romfile=" : "", d->rom ? d->rom : "") < 0)
		_exit(126);
	memcpy(all, words, n * sizeof(*all));
	all[n] = (char[]){ "-device" };
	all[n + 1] = word;
	execvp(all[0], all);
	perror(all[0]);
	_exit(127);
}

/* The ROM BAR is QEMU's, but what the guest reads there is ours. */
static void rom_put(struct device *d)
{
	uint32_t bytes = 2048;
	struct stat st;

	if (stat(d->rom, &st)) {
		perror(d->rom);
		exit(2);
	}
	while (bytes < st.st_size && bytes < 1u << 24)
		bytes <<= 1;
	config_put(d, 0x30, 4, 0, ~(bytes - 1) | 1);
}

static uint32_t hex(const char *s)
{
	char *end;
	unsigned long v = strtoul(s, &end, 16);

	if (end == s || *end || v > UINT32_MAX) {
		fprintf(stderr, "pciproxy: not a hexadecimal number: %s\n", s);
		exit(2);
	}
	return (uint32_t)v;
}

static void add_mmio(struct device *d, char *text)
{
	char *value = strchr(text, '=');

	if (!value || d->n_mmio == sizeof(d->mmio) / sizeof(d->mmio[0])) {
		fprintf(stderr, "pciproxy: --mmio %s\n", text);
		exit(2);
	}
	*value++ = '\0';
	d->mmio[d->n_mmio++] = (struct pair){ hex(text), hex(value) };
}

static void parse(struct device *d, int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "vendor", required_argument, NULL, 'v' },
		{ "class", required_argument, NULL, 'c' },
		{ "ggc", required_argument, NULL, 'g' },
		{ "mmio", required_argument, NULL, 'm' },
		{ "rom", required_argument, NULL, 'r' },
		{ "readonly", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			config_put(d, 0x02, 2, hex(optarg), 0);
			break;
		case 'v':
			config_put(d, 0x00, 2, hex(optarg), 0);
			break;
		case 'c':
			config_put(d, 0x0a, 2, hex(optarg), 0);
			break;
		case 'g':
			config_put(d, 0x50, 2, hex(optarg), 0);
			break;
		case 'm':
			add_mmio(d, optarg);
			break;
		case 'r':
			d->rom = optarg;
			rom_put(d);
			break;
		case 'o':
			config_put(d, hex(optarg) & 0xfc, 4, 0, 0);
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct device d;
	int fds[2], status;
	pid_t pid;

	device_init(&d);
	parse(&d, argc, argv);
	if (optind == argc) {
		fputs(usage, stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	d.aperture = mmap(NULL, APERTURE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (d.aperture == MAP_FAILED) {
		perror("pciproxy: aperture");
		return 1;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds)) {
		perror("pciproxy: socketpair");
		return 1;
	}
	pid = fork();
	if (pid < 0) {
		perror("pciproxy: fork");
		return 1;
	}
	if (!pid) {
		close(fds[0]);
		run_qemu(&d, fds[1], argv + optind, (size_t)(argc - optind));
	}
	close(fds[1]);
	serve(&d, fds[0]);
	close(fds[0]);
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
