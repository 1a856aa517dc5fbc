/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "launcher/base/file.h"
#include "launcher/run/lock.h"

static struct paths paths;
static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/igvm-lock.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	paths = (struct paths){ 0 };
	snprintf(paths.run, sizeof(paths.run), "%s/run", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return dir_remove(dir);
}

static void one_holder_at_a_time(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(lock_vm_held(&paths, "win11"), 0);
	fd = lock_vm(&paths, "win11");
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(lock_vm_held(&paths, "win11"), 1);
	assert_int_equal(lock_vm(&paths, "win11"), -EBUSY);
	assert_int_equal(lock_vm_held(&paths, "win10"), 0);
	close(fd);
	assert_int_equal(lock_vm_held(&paths, "win11"), 0);
	fd = lock_vm(&paths, "win11");
	assert_true(fd >= 0);
	close(fd);
}

/* What QEMU inherits holds the lock; the file is never unlinked. */
static void lives_as_long_as_whoever_inherited_it(void **state)
{
	int fd = lock_vm(&paths, "vm"), wait[2];
	struct stat before, after;
	char path[PATH_MAX + 16];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(wait), 0);
	assert_int_equal(fstat(fd, &before), 0);
	pid = fork();
	if (!pid) {
		char c;

		close(wait[1]);
		_exit(read(wait[0], &c, 1) < 0);
	}
	close(fd);
	assert_int_equal(lock_vm_held(&paths, "vm"), 1);
	assert_int_equal(lock_vm(&paths, "vm"), -EBUSY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(wait[0]);
	close(wait[1]);
	assert_int_equal(lock_vm_held(&paths, "vm"), 0);
	snprintf(path, sizeof(path), "%s/lock/vm", paths.run);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_mode & 07777, 0600);
}

/* A VM may be called like anything but not like a device or a supervisor. */
static void kinds_do_not_meet(void **state)
{
	static const struct bdf igpu = { 0, 0, 2, 0 }, other = { 0, 0, 2, 1 };
	int vm = lock_vm(&paths, "a"), sup = lock_supervisor(&paths, "a");
	int dev = lock_device(&paths, igpu), dev2 = lock_device(&paths, other);

	(void)state;
	assert_true(vm >= 0 && sup >= 0 && dev >= 0 && dev2 >= 0);
	assert_int_equal(lock_device(&paths, igpu), -EBUSY);
	assert_int_equal(lock_device_held(&paths, igpu), 1);
	assert_int_equal(lock_supervisor(&paths, "a"), -EBUSY);
	close(dev);
	assert_int_equal(lock_device_held(&paths, igpu), 0);
	assert_int_equal(lock_device_held(&paths, other), 1);
	close(vm);
	close(sup);
	close(dev2);
	assert_int_equal(lock_vm(&paths, "../etc/passwd"), -EINVAL);
	assert_int_equal(lock_vm(&paths, "device:0000:00:02.0"), -EINVAL);
	assert_int_equal(lock_supervisor(&paths, ""), -EINVAL);
	assert_int_equal(lock_vm_held(&paths, "a/b"), -EINVAL);
}

static void refuses_what_is_not_a_lock(void **state)
{
	char path[PATH_MAX + 16];
	int fd = lock_vm(&paths, "x");

	(void)state;
	close(fd);
	snprintf(path, sizeof(path), "%s/lock/link", paths.run);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_int_equal(lock_vm(&paths, "link"), -ELOOP);
	snprintf(path, sizeof(path), "%s/lock/pipe", paths.run);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(lock_vm(&paths, "pipe"), -EINVAL);
	snprintf(path, sizeof(path), "%s/lock", paths.run);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(lock_vm(&paths, "x"), -EPERM);
	assert_int_equal(chmod(path, 0700), 0);
}

/* A user's locks outlive his run directory. */
static void locks_have_a_place_of_their_own(void **state)
{
	char path[PATH_MAX + 16];
	int fd;

	(void)state;
	snprintf(paths.locks, sizeof(paths.locks), "%s/data/.lock", dir);
	fd = lock_vm(&paths, "vm");
	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "%s/vm", paths.locks);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(dir_remove(paths.run), 0);
	assert_int_equal(lock_vm_held(&paths, "vm"), 1);
	assert_int_equal(lock_vm(&paths, "vm"), -EBUSY);
	close(fd);
}

static void a_users_locks_are_not_at_runtime(void **state)
{
	(void)state;
	setenv("XDG_DATA_HOME", "/d", 1);
	setenv("XDG_RUNTIME_DIR", "/r", 1);
	setenv("XDG_CONFIG_HOME", "/c", 1);
	setenv("XDG_CACHE_HOME", "/k", 1);
	assert_int_equal(paths_user(&paths), 0);
	assert_string_equal(paths.locks, "/d/igvm/.lock");
	assert_string_equal(paths.run, "/r/igvm");
	paths_system(&paths, "/");
	assert_string_equal(paths.locks, "/run/igvm/lock");
}

/* Found by its open file, whoever took the lock; a launch on its way is no QEMU. */
static void the_holder_is_found(void **state)
{
	int fd = lock_vm(&paths, "vm"), sup = lock_supervisor(&paths, "vm"), pidfd;
	pid_t pid;

	(void)state;
	assert_int_equal(lock_supervisor_holder(&paths, "vm", &pidfd), getpid());
	assert_true(pidfd >= 0);
	close(pidfd);
	close(sup);
	assert_int_equal(lock_supervisor_holder(&paths, "vm", &pidfd), -ESRCH);
	assert_int_equal(pidfd, -1);
	assert_int_equal(lock_vm_qemu(&paths, "vm", &pidfd), -ESRCH);
	assert_int_equal(pidfd, -1);
	pid = fork();
	if (!pid) {
		(void)fcntl(fd, F_SETFD, 0);
		execl("/bin/sh", "sh", "-c", "kill -STOP $$; :", "-uuid", (char *)NULL);
		_exit(1);
	}
	close(fd);
	for (int i = 0; i < 500 && lock_vm_qemu(&paths, "vm", &pidfd) != pid; i++)
		usleep(10000);
	assert_true(pidfd >= 0);
	close(pidfd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(lock_vm_qemu(&paths, "vm", &pidfd), -ESRCH);
}

/* Those who only look never make somebody else miss the lock. */
static void looking_takes_nothing(void **state)
{
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid)
		for (int i = 0; i < 20000; i++)
			if (lock_vm_held(&paths, "vm") < 0 || i == 19999)
				_exit(i != 19999);
	for (int i = 0; i < 300; i++) {
		int fd = lock_vm(&paths, "vm");

		if (fd < 0)
			fail_msg("round %d: %s", i, strerror(-fd));
		close(fd);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_holder_at_a_time, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(lives_as_long_as_whoever_inherited_it, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(kinds_do_not_meet, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(refuses_what_is_not_a_lock, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(locks_have_a_place_of_their_own, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(a_users_locks_are_not_at_runtime, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(the_holder_is_found, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(looking_takes_nothing, make_dir, remove_dir),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
