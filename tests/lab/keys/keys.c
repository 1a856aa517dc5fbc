/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keys keyboard NAME FIFO	a keyboard of the kernel's (uinput); says its node, then types what FIFO says:
 *				letters, and C for both Ctrl keys together. Ends at the end of the FIFO
 * keys listen [NODE]		says "NODE device NAME" for each event device, those that come later too, and
 *				"NODE key CODE" for each key pressed; with NODE that one alone
 *
 * Static: it runs on the simulated host and in a guest that has nothing else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/uinput.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NODES_MAX = 64, PACE_US = 50000, SCAN_MS = 200 };

/* input-event-codes.h: the rows of the keyboard. */
static const char *const rows[] = { "qwertyuiop", "asdfghjkl", "zxcvbnm" };
static const int first[] = { KEY_Q, KEY_A, KEY_Z };

static void die(const char *what)
{
	fprintf(stderr, "keys: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- typing -------------------------------------------------------------------- */

static void send_event(int fd, int type, int code, int value)
{
	struct input_event e = { .type = (unsigned short)type, .code = (unsigned short)code, .value = value };

	if (write(fd, &e, sizeof(e)) != sizeof(e))
		die("write");
}

static void set_key(int fd, int code, int value)
{
	send_event(fd, EV_KEY, code, value);
	send_event(fd, EV_SYN, SYN_REPORT, 0);
	usleep(PACE_US);
}

static int code_of(char c)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c && strchr(rows[i], c))
			return first[i] + (int)(strchr(rows[i], c) - rows[i]);
	return 0;
}

static void type(int fd, char c)
{
	int code = code_of(c);

	if (c == 'C') {
		set_key(fd, KEY_LEFTCTRL, 1);
		set_key(fd, KEY_RIGHTCTRL, 1);
		set_key(fd, KEY_RIGHTCTRL, 0);
		set_key(fd, KEY_LEFTCTRL, 0);
	} else if (code) {
		set_key(fd, code, 1);
		set_key(fd, code, 0);
	}
}

static int make_keyboard(const char *name)
{
	int fd = open("/dev/uinput", O_RDWR);
	struct uinput_setup setup = { .id = { .bustype = BUS_VIRTUAL, .vendor = 1, .product = 1 } };

	if (fd < 0)
		die("/dev/uinput");
	if (ioctl(fd, UI_SET_EVBIT, EV_KEY))
		die("UI_SET_EVBIT");
	for (int code = KEY_ESC; code <= KEY_DELETE; code++)
		ioctl(fd, UI_SET_KEYBIT, code);
	snprintf(setup.name, sizeof(setup.name), "%s", name);
	if (ioctl(fd, UI_DEV_SETUP, &setup) || ioctl(fd, UI_DEV_CREATE))
		die("UI_DEV_CREATE");
	return fd;
}

/* The name that sysfs has for it ("input7") holds its "event5". */
static void say_node(int fd)
{
	char name[64] = "", path[256];
	struct dirent *e;
	DIR *dir;

	if (ioctl(fd, UI_GET_SYSNAME(sizeof(name)), name) < 0)
		die("UI_GET_SYSNAME");
	snprintf(path, sizeof(path), "/sys/devices/virtual/input/%s", name);
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "event", 5))
			printf("/dev/input/%s\n", e->d_name);
	fflush(stdout);
}

static int keyboard(const char *name, const char *fifo)
{
	int fd = make_keyboard(name), in;
	char c;

	say_node(fd);
	in = open(fifo, O_RDONLY);
	if (in < 0)
		die(fifo);
	while (read(in, &c, 1) == 1)
		type(fd, c);
	ioctl(fd, UI_DEV_DESTROY);
	return 0;
}

/* --- listening ----------------------------------------------------------------- */

static struct pollfd node[NODES_MAX];
static char node_name[NODES_MAX][32];
static nfds_t n_nodes;

static void open_node(const char *name)
{
	char path[64], text[128] = "";
	nfds_t i = 0;
	int fd;

	while (i < n_nodes && (node[i].fd < 0 || strcmp(node_name[i], name)))
		i++;
	if (i < n_nodes || n_nodes == NODES_MAX)
		return;
	snprintf(path, sizeof(path), "/dev/input/%.31s", name);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return;
	ioctl(fd, EVIOCGNAME(sizeof(text)), text);
	snprintf(node_name[n_nodes], sizeof(node_name[0]), "%.31s", name);
	node[n_nodes++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	printf("%s device %s\n", name, text);
}

static void scan(void)
{
	DIR *dir = opendir("/dev/input");
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "event", 5))
			open_node(e->d_name);
	if (dir)
		closedir(dir);
}

static void read_node(nfds_t i)
{
	struct input_event e;
	ssize_t n;

	while ((n = read(node[i].fd, &e, sizeof(e))) == sizeof(e))
		if (e.type == EV_KEY && e.value == 1)
			printf("%s key %d\n", node_name[i], e.code);
	if (n < 0 && errno == EAGAIN)
		return;
	printf("%s gone\n", node_name[i]);
	close(node[i].fd);
	node[i].fd = -1;
}

_Noreturn static void listen_to(const char *only)
{
	for (;;) {
		if (only)
			open_node(only);
		else
			scan();
		fflush(stdout);
		poll(node, n_nodes, SCAN_MS);
		for (nfds_t i = 0; i < n_nodes; i++)
			if (node[i].fd >= 0 && node[i].revents)
				read_node(i);
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "keyboard"))
		return keyboard(argv[2], argv[3]);
	if ((argc == 2 || argc == 3) && !strcmp(argv[1], "listen"))
		listen_to(argc == 3 ? argv[2] + (strncmp(argv[2], "/dev/input/", 11) ? 0 : 11) : NULL);
	fprintf(stderr, "keys keyboard NAME FIFO | keys listen [NODE]\n");
	return 2;
}
