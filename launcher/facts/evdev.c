/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Event devices from sys/class/input/eventN. What they are is judged by what they can send,
 * the way udev's input_id does, because a name says nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/inputs.h"

#define CLASS		"sys/class/input"
#define ENTRIES_MAX	4096

/* include/uapi/linux/input-event-codes.h */
enum { CODE_Q = 16, CODE_ENTER = 28, CODE_A = 30, CODE_Z = 44, CODE_SPACE = 57,
       CODE_LEFT_BUTTON = 0x110, CODE_TOUCH = 0x14a, CODE_X = 0, CODE_Y = 1 };

#define CODES_MAX	0x300	/* KEY_MAX + 1 */

struct codes {
	bool has[CODES_MAX];
};

/* A bitmap as sysfs prints it: words of a long in hexadecimal, the highest first. */
static void read_codes(const struct tree *t, const char *event, const char *what, struct codes *c)
{
	char path[NAME_MAX + 64], line[512], *word[CODES_MAX / 64], *save = NULL;
	size_t n = 0;

	*c = (struct codes){ 0 };
	if (!str_print(path, sizeof(path), CLASS "/%s/device/capabilities/%s", event, what) ||
	    tree_line(t, path, line, sizeof(line)))
		return;
	for (char *w = strtok_r(line, " ", &save); w && n < ARRAY_SIZE(word); w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		if (!str_u64(word[n - 1 - i], 16, UINT64_MAX, &bits))
			return;
		for (size_t b = 0; b < 64; b++)
			c->has[i * 64 + b] = bits >> b & 1;
	}
}

static void read_abilities(const struct tree *t, struct evdev *e)
{
	struct codes key, rel, abs;

	read_codes(t, e->event, "key", &key);
	read_codes(t, e->event, "rel", &rel);
	read_codes(t, e->event, "abs", &abs);
	e->keyboard = key.has[CODE_Q] && key.has[CODE_A] && key.has[CODE_Z] && key.has[CODE_ENTER] &&
		      key.has[CODE_SPACE];
	e->pointer = (rel.has[CODE_X] && rel.has[CODE_Y] && key.has[CODE_LEFT_BUTTON]) ||
		     (abs.has[CODE_X] && abs.has[CODE_Y] &&
		      (key.has[CODE_LEFT_BUTTON] || key.has[CODE_TOUCH]));
}

/* Where the link itself leads, as it is written; 0 or -errno. */
static int read_link(const struct tree *t, const char *path, char *buf, size_t size)
{
	_fd_ int fd = tree_open(t, path, O_PATH | O_NOFOLLOW);
	ssize_t n = fd < 0 ? fd : readlinkat(fd, "", buf, size - 1);
	/* A link that fills the buffer may be longer. */
	bool whole = n >= 0 && (size_t)n < size - 1;

	buf[whole ? n : 0] = '\0';
	return fd < 0 ? fd : whole ? 0 : -EINVAL;
}

/* ".../usb1/1-4/1-4.2/1-4.2:1.0/0003:046D:C52B.0001/input/input5/event3": the last interface's device. */
static void read_port(const struct tree *t, struct evdev *e)
{
	char path[64], link[PATH_MAX], *save = NULL;

	snprintf(path, sizeof(path), CLASS "/%s", e->event);
	if (read_link(t, path, link, sizeof(link)))
		return;
	for (char *s = strtok_r(link, "/", &save); s; s = strtok_r(NULL, "/", &save)) {
		size_t n = strspn(s, "0123456789.-");

		if (s[n] == ':' && strchr(s, '-') && strchr(s, '-') < s + n && n < sizeof(e->port)) {
			memcpy(e->port, s, n);
			e->port[n] = '\0';
		}
	}
}

static bool is_event(const char *name)
{
	const char *n = str_starts(name, "event");

	return n && *n && !n[strspn(n, "0123456789")] &&
	       strlen(name) < sizeof(((struct evdev *)0)->event);
}

static void add_event(const struct tree *t, const char *name, struct inputs *in)
{
	struct evdev *e = &in->evdev[in->n_evdev];
	char path[64], line[256];

	if (in->n_evdev == EVDEVS_MAX) {
		in->more = true;
		return;
	}
	*e = (struct evdev){ 0 };
	str_fit(e->event, sizeof(e->event), name);
	snprintf(path, sizeof(path), CLASS "/%s/device/name", e->event);
	if (!tree_line(t, path, line, sizeof(line)))
		str_fit(e->name, sizeof(e->name), line);
	str_sanitize(e->name);
	read_abilities(t, e);
	read_port(t, e);
	in->n_evdev++;
}

/* What a name in a VM file may hold; udev writes no other (its README of replaced characters). */
static bool is_tidy(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+:=@";

	return *name != '.' && !name[strspn(name, letters)];
}

static struct evdev *named(struct inputs *in, const char *event)
{
	for (size_t i = 0; i < in->n_evdev; i++)
		if (!strcmp(in->evdev[i].event, event))
			return &in->evdev[i];
	return NULL;
}

/* The first name of @dir that leads to each; in the order of bytes, so that it is the same every time. */
static void add_names(const struct tree *t, const char *dir, struct inputs *in)
{
	_dir_ DIR *d = tree_list(t, dir);
	int seen = 0;
	char path[PATH_MAX], link[PATH_MAX];
	struct dirent *e;

	while (d && (e = readdir(d)) && seen++ < ENTRIES_MAX) {
		struct evdev *ev = NULL;

		if (is_tidy(e->d_name) && str_print(path, sizeof(path), "%s/%s", dir, e->d_name) &&
		    strlen(path) + 1 < sizeof(ev->path) && !read_link(t, path, link, sizeof(link)))
			ev = named(in, strrchr(link, '/') ? strrchr(link, '/') + 1 : link);
		if (ev && (!*ev->path || (str_starts(ev->path + 1, dir) && strcmp(ev->path + 1, path) > 0)))
			(void)!str_print(ev->path, sizeof(ev->path), "/%s", path);
	}
}

static int by_number(const void *a, const void *b)
{
	return strverscmp(((const struct evdev *)a)->event, ((const struct evdev *)b)->event);
}

void evdev_read(const struct tree *t, struct inputs *in)
{
	_dir_ DIR *d = tree_list(t, CLASS);
	int seen = 0;
	struct dirent *e;

	while (d && (e = readdir(d)) && seen++ < ENTRIES_MAX)
		if (is_event(e->d_name))
			add_event(t, e->d_name, in);
	in->more |= seen > ENTRIES_MAX;
	if (d || (tree_exists(t, "sys/class") == TRI_YES && tree_exists(t, CLASS) == TRI_NO))
		in->evdev_known = TRI_YES;
	qsort(in->evdev, in->n_evdev, sizeof(in->evdev[0]), by_number);
	add_names(t, "dev/input/by-id", in);
	add_names(t, "dev/input/by-path", in);
}

struct evdev_look evdev_look(const struct tree *t, const struct inputs *in, const char *path)
{
	struct evdev_look look = { .state = EVDEV_UNKNOWN, .at = -1 };
	const char *below = path + strspn(path, "/"), *name = strrchr(path, '/') + 1;
	char link[PATH_MAX];

	if (in->evdev_known != TRI_YES)
		return look;
	if (!read_link(t, below, link, sizeof(link)))
		name = strrchr(link, '/') ? strrchr(link, '/') + 1 : link;
	for (size_t i = 0; i < in->n_evdev; i++)
		if (!strcmp(in->evdev[i].event, name))
			look.at = (int)i;
	if (look.at >= 0)
		look.state = EVDEV_THERE;
	else if (tree_exists(t, below) == TRI_YES)
		look.state = EVDEV_OTHER;
	else
		look.state = EVDEV_MISSING;
	return look;
}
