/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Somebody's disk image, copied, and a NoCloud seed for the cloud-init in it
 * (cloudinit.readthedocs.io, datasource NoCloud: a disc labelled "cidata" with
 * user-data and meta-data). The image names no other file: a backing or data
 * file of a qcow2 would be read with our rights.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/create.h"
#include "launcher/create/tool.h"

#define KEY_MAX		16384u

/* QEMU docs/interop/qcow2.rst: magic, backing_file_offset at 8, size at 24, incompatible features at 72. */
struct qcow2 {
	bool is;
	bool other_file;
	uint64_t size;
};

static uint64_t be64_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

static int read_head(const char *path, struct qcow2 *q, uint64_t *bytes)
{
	_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint8_t head[80] = { 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (pread(fd, head, sizeof(head), 0) < 0)
		return -errno;
	*q = (struct qcow2){ .is = !memcmp(head, "QFI\xfb", 4) };
	*bytes = (uint64_t)st.st_size;
	if (!q->is)
		return 0;
	q->other_file = be64_at(head + 8) || (head[7] >= 3 && be64_at(head + 72) & 4);
	q->size = be64_at(head + 24);
	return 0;
}

/* One line of text that names its kind (sshd(8), AUTHORIZED_KEYS): a private key is never put on a disc. */
static bool is_public_key(const char *key)
{
	static const char *const kinds[] = { "ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-" };
	_free_ char *copy = strdup(key);
	bool named = false;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		named = named || str_starts(key, kinds[i]);
	if (!copy || !named)
		return false;
	str_sanitize(copy);
	return !strcmp(copy, key) && !strchr(key, '\t');
}

/* Its first line; EXIT_OK with NULL where none was given. */
static int read_key(const struct create *c, char **key)
{
	int r;

	*key = NULL;
	if (!c->o.ssh_key)
		return EXIT_OK;
	r = file_read_at(AT_FDCWD, c->o.ssh_key, KEY_MAX, key, NULL);
	if (r) {
		say("%s: %s", c->o.ssh_key, strerror(-r));
		return r == -EACCES ? EXIT_PRIVILEGE : EXIT_USAGE;
	}
	(*key)[strcspn(*key, "\r\n")] = '\0';
	if (is_public_key(*key))
		return EXIT_OK;
	say(_("%s: its first line is no public key of ssh (ssh-..., ecdsa-..., sk-...): give the file that ends in "
	      ".pub"), c->o.ssh_key);
	return EXIT_USAGE;
}

static int check_image(struct create *c)
{
	struct qcow2 q;
	uint64_t bytes;
	int r = read_head(c->o.image, &q, &bytes);

	if (r) {
		say("%s: %s", c->o.image, r == -EINVAL ? _("is no file") : strerror(-r));
		return r == -EACCES ? EXIT_PRIVILEGE : EXIT_USAGE;
	}
	if (q.is && q.other_file) {
		say(_("%s: is a layer over another file: make it whole first: qemu-img convert -O qcow2 FILE NEW"),
		    c->o.image);
		return EXIT_USAGE;
	}
	if ((q.is ? q.size : bytes) > c->o.disk_bytes) {
		say(_("%s: holds %llu GiB, more than the disk's %llu GiB: give --disk"), c->o.image,
		    (unsigned long long)((q.is ? q.size : bytes) >> 30),
		    (unsigned long long)(c->o.disk_bytes >> 30));
		return EXIT_USAGE;
	}
	if (!tool_find("xorriso")) {
		say(_("xorriso is not installed: install it (Debian, Fedora: xorriso, Arch: libisoburn)"));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

int create_image_check(struct create *c)
{
	_free_ char *key = NULL;
	int r = check_image(c);

	return r ? r : read_key(c, &key);
}

static int fail(const struct create *c, const char *what, int r, const char *text)
{
	say(_("%s: %s failed: %s"), c->o.name, what, *text ? text : strerror(-r));
	return EXIT_FAILED;
}

static int copy_image(struct create *c)
{
	struct qcow2 q;
	uint64_t bytes;
	char size[32], text[256];
	const char *convert[] = { "qemu-img", "convert", "-q", "-f", NULL, "-O", "qcow2", c->o.image,
				  "system.qcow2", NULL };
	const char *const resize[] = { "qemu-img", "resize", "-q", "-f", "qcow2", "system.qcow2", size, NULL };
	int r = read_head(c->o.image, &q, &bytes);

	if (r || q.other_file)
		return fail(c, c->o.image, r ? r : -EINVAL, "");
	convert[4] = q.is ? "qcow2" : "raw";
	snprintf(size, sizeof(size), "%llu", (unsigned long long)c->o.disk_bytes);
	r = tool_run(&(struct tool){ .argv = convert, .dir = c->stage, .umask = 077 }, text, sizeof(text));
	if (!r)
		r = tool_run(&(struct tool){ .argv = resize, .dir = c->stage, .umask = 077 }, text,
			     sizeof(text));
	return r ? fail(c, "qemu-img", r, text) : EXIT_OK;
}

/* A string of JSON is one of YAML, whatever is in it. */
static json_t *user_data(const struct create *c, const char *hash, const char *key)
{
	json_t *user = json_pack("{s:s, s:b, s:s, s:s, s:s}", "name", c->o.user ? c->o.user : "igvm",
				 "lock_passwd", 0, "passwd", hash, "shell", "/bin/bash", "sudo",
				 "ALL=(ALL) ALL");

	if (user && key)
		json_object_set_new(user, "ssh_authorized_keys", json_pack("[s]", key));
	return json_pack("{s:s, s:b, s:[o]}", "hostname", c->o.name, "ssh_pwauth", 0, "users", user);
}

static int write_in(const struct create *c, const char *name, const char *text)
{
	char path[PATH_MAX];
	int r = str_print(path, sizeof(path), "%s/seed/%s", c->stage, name) ?
		file_replace_at(AT_FDCWD, path, text, strlen(text), 0600) : -ENAMETOOLONG;

	return r ? fail(c, name, r, "") : EXIT_OK;
}

static int write_seed(struct create *c)
{
	_free_ char *hash = create_hash(c->password), *key = NULL, *json = NULL, *text = NULL, *meta = NULL;
	_json_ json_t *data = NULL;
	int r = read_key(c, &key);

	if (r)
		return r;
	data = hash ? user_data(c, hash, key) : NULL;
	json = data ? json_dumps(data, JSON_INDENT(2)) : NULL;
	if (!json || asprintf(&text, "#cloud-config\n%s\n", json) < 0 ||
	    asprintf(&meta, "instance-id: igvm-%s\nlocal-hostname: %s\n", c->o.name, c->o.name) < 0) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	r = write_in(c, "user-data", text);
	return r ? r : write_in(c, "meta-data", meta);
}

static int make_seed(struct create *c)
{
	const char *const argv[] = { "xorriso", "-as", "mkisofs", "-quiet", "-V", "cidata", "-J", "-r", "-o",
				     "seed.iso", "seed", NULL };
	const char *const clean[] = { "rm", "-rf", "seed", NULL };
	char path[PATH_MAX], text[256];
	int r;

	if (!str_print(path, sizeof(path), "%s/seed", c->stage) || mkdir(path, 0700))
		return fail(c, "seed", -errno, "");
	r = write_seed(c);
	if (r)
		return r;
	r = tool_run(&(struct tool){ .argv = argv, .dir = c->stage, .umask = 077 }, text, sizeof(text));
	if (!r)
		r = tool_run(&(struct tool){ .argv = clean, .dir = c->stage, .umask = 077 }, text,
			     sizeof(text));
	return r ? fail(c, "xorriso", r, text) : EXIT_OK;
}

int create_image(struct create *c)
{
	int r = copy_image(c);

	return r ? r : make_seed(c);
}
