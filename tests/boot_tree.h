/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory tree for one test program, written file by file, removed at the end. */
#ifndef IGVM_TESTS_BOOT_TREE_H
#define IGVM_TESTS_BOOT_TREE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/facts/host_tree.h"

#define TREE_UNUSED __attribute__((unused))

static char boot_tree_dir[64];
static TREE_UNUSED struct tree tree = { .fd = -1 };

TREE_UNUSED static const char *tree_path(const char *rel)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", boot_tree_dir, rel);
	return path;
}

/* A fresh, empty tree; the one before is removed. */
TREE_UNUSED static void tree_new(void)
{
	if (tree.fd >= 0)
		close(tree.fd);
	if (*boot_tree_dir)
		assert_int_equal(dir_remove(boot_tree_dir), 0);
	snprintf(boot_tree_dir, sizeof(boot_tree_dir), "/tmp/igvm-boot-XXXXXX");
	assert_non_null(mkdtemp(boot_tree_dir));
	assert_int_equal(tree_init(&tree, boot_tree_dir), 0);
}

TREE_UNUSED static int tree_end(void **state)
{
	(void)state;
	if (tree.fd >= 0)
		close(tree.fd);
	tree.fd = -1;
	return *boot_tree_dir ? dir_remove(boot_tree_dir) : 0;
}

TREE_UNUSED static void tree_bytes(const char *rel, const void *p, size_t n)
{
	char dir[512];
	FILE *f;

	snprintf(dir, sizeof(dir), "%s", tree_path(rel));
	*strrchr(dir, '/') = '\0';
	assert_int_equal(dir_make(dir, 0755), 0);
	f = fopen(tree_path(rel), "w");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

TREE_UNUSED static void tree_text(const char *rel, const char *text)
{
	tree_bytes(rel, text, strlen(text));
}

/* A shell command in the tree. */
TREE_UNUSED static void tree_run(const char *command)
{
	char line[2048];

	snprintf(line, sizeof(line), "exec >/dev/null 2>&1; cd %s || exit; %s", boot_tree_dir, command);
	if (system(line))
		fail_msg("failed: %s", command);
}

#endif
