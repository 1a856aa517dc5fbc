/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who uses a block device, from recorded trees; what is missing or wrong there is no use, and no crash. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/base/file.h"
#include "launcher/facts/block_use.h"
#include "launcher/facts/host_tree.h"

#define SDA	"sys/devices/pci/ata1/block/sda"

static char base[64];

static void put(const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_make(path, 0755), 0);
	path[strlen(path)] = '/';
	assert_int_equal(file_replace_at(AT_FDCWD, path, text, strlen(text), 0644), 0);
}

static void make(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	assert_int_equal(dir_make(path, 0755), 0);
}

static void link_to(const char *to, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_make(path, 0755), 0);
	path[strlen(path)] = '/';
	assert_int_equal(symlink(to, path), 0);
}

/* sda with two partitions, nothing on it. */
static int setup(void **state)
{
	(void)state;
	strcpy(base, "/tmp/igvm-t_block-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	put(SDA "/dev", "8:0\n");
	put(SDA "/sda1/dev", "8:1\n");
	put(SDA "/sda1/partition", "1\n");
	put(SDA "/sda2/dev", "8:2\n");
	put(SDA "/sda2/partition", "2\n");
	put(SDA "/queue/dev", "8:9\n");
	make(SDA "/holders");
	make(SDA "/sda2/holders");
	link_to("../../devices/pci/ata1/block/sda", "sys/dev/block/8:0");
	link_to("../../devices/pci/ata1/block/sda/sda2", "sys/dev/block/8:2");
	put("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/swapfile file 1 0 -2\n");
	put("proc/self/mountinfo", "1 0 0:1 / /proc rw - proc proc rw\n2 0 8:16 / / rw - ext4 /dev/sdb rw\nshort\n - x\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(base);
}

static struct block_use look(unsigned int minor)
{
	struct block_use u;
	struct tree t;

	assert_int_equal(tree_init(&t, base), 0);
	block_use_look(&t, makedev(8, minor), &u);
	close(t.fd);
	return u;
}

static void expect(unsigned int minor, enum block_how how, const char *part, const char *by)
{
	struct block_use u = look(minor);

	assert_int_equal(u.how, how);
	assert_string_equal(u.part, part);
	assert_string_equal(u.by, by);
}

static void free_is_free(void **state)
{
	(void)state;
	expect(0, BLOCK_FREE, "", "");
	expect(2, BLOCK_FREE, "", "");
	expect(77, BLOCK_FREE, "", "");
}

static void a_partition_is_mounted(void **state)
{
	(void)state;
	put("proc/self/mountinfo", "7 1 8:2 / /srv/\033[1mdata rw,x shared:3 master:1 - ext4 /dev/whatever rw\n");
	expect(0, BLOCK_MOUNTED, "sda2", "/srv/?[1mdata");
	expect(2, BLOCK_MOUNTED, "sda2", "/srv/?[1mdata");
	/* The other partition is nobody's. */
	expect(1, BLOCK_FREE, "", "");
	put("proc/self/mountinfo", "7 1 0:44 /sub / rw - btrfs /dev/sda1 rw\n");
	expect(0, BLOCK_MOUNTED, "sda1", "/");
	put("proc/self/mountinfo", "7 1 8:0 / /iso ro - iso9660 /dev/sda ro\n");
	expect(0, BLOCK_MOUNTED, "sda", "/iso");
}

static void a_partition_is_swapped_on(void **state)
{
	(void)state;
	put("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2   partition\t1 0 -2\n");
	expect(0, BLOCK_SWAP, "sda2", "");
}

static void a_partition_is_part_of_something(void **state)
{
	(void)state;
	make(SDA "/sda2/holders/md0");
	expect(0, BLOCK_HELD, "sda2", "md0");
	assert_int_equal(dir_remove(base), 0);
	assert_int_equal(setup(NULL), 0);
	put(SDA "/sda2/holders/dm-3/dm/name", "vg-root\n");
	expect(0, BLOCK_HELD, "sda2", "dm-3 (vg-root)");
	expect(2, BLOCK_HELD, "sda2", "dm-3 (vg-root)");
	/* As long as a name may be, and longer. */
	put(SDA "/sda2/holders/dm-3/dm/name",
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
	expect(0, BLOCK_HELD, "sda2", "dm-3");
}

static void many_partitions(void **state)
{
	char name[96];

	(void)state;
	for (int i = 3; i < 300; i++) {
		snprintf(name, sizeof(name), SDA "/sda%d/partition", i);
		put(name, "1\n");
		snprintf(name, sizeof(name), SDA "/sda%d/dev", i);
		put(name, i % 2 ? "" : "8:300\n");
	}
	expect(0, BLOCK_FREE, "", "");
}

#define test(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(free_is_free), test(a_partition_is_mounted), test(a_partition_is_swapped_on),
		test(a_partition_is_part_of_something), test(many_partitions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
