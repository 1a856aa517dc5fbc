/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB and event devices, read from trees: whole, absent, hostile; whose they are; the kernel's messages. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/facts/inputs.h"
#include "launcher/facts/wish_keys.h"
#include "launcher/run/inputs_held.h"
#include "launcher/run/inputs_note.h"
#include "launcher/run/node.h"
#include "launcher/run/uevent.h"
#include "launcher/run/usb_open.h"

#define USB	"sys/bus/usb/devices/"
#define KEYS	"fffffffffffffffe"	/* as an AT keyboard's first 64 codes */

static char root[64];
static struct inputs in;

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/igvm-t_inputs-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(root);
}

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.60s/%s", root, name);
	return path;
}

static void put(const char *name, const char *text)
{
	char dir[PATH_MAX];

	str_fit(dir, sizeof(dir), below(name));
	*strrchr(dir, '/') = '\0';
	assert_int_equal(dir_make(dir, 0755), 0);
	assert_int_equal(file_replace_at(AT_FDCWD, below(name), text, strlen(text), 0644), 0);
}

static void put_in(const char *dir, const char *file, const char *text)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", dir, file);
	put(name, text);
}

static void device(const char *port, const char *bus, const char *dev, const char *id, const char *class)
{
	char dir[128], half[5] = "";

	snprintf(dir, sizeof(dir), USB "%s", port);
	memcpy(half, id, 4);
	put_in(dir, "busnum", bus);
	put_in(dir, "devnum", dev);
	put_in(dir, "idVendor", half);
	put_in(dir, "idProduct", id + 5);
	put_in(dir, "bDeviceClass", class);
}

static void interface(const char *name, const char *class, const char *subclass, const char *protocol)
{
	char dir[128];

	snprintf(dir, sizeof(dir), USB "%s", name);
	put_in(dir, "bInterfaceClass", class);
	put_in(dir, "bInterfaceSubClass", subclass);
	put_in(dir, "bInterfaceProtocol", protocol);
}

static void event(const char *number, const char *name, const char *key, const char *rel)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "sys/class/input/event%s/device", number);
	put_in(dir, "name", name);
	put_in(dir, "capabilities/key", key);
	put_in(dir, "capabilities/rel", rel);
}

static void look(const struct wish *w)
{
	assert_int_equal(inputs_read(root, w, &in), 0);
}

static void desk(void)
{
	device("usb1", "1\n", "1\n", "1d6b:0002", "09\n");
	interface("1-0:1.0", "09\n", "00\n", "00\n");
	device("1-4", "1\n", "4\n", "05e3:0608", "09\n");
	interface("1-4:1.0", "09\n", "00\n", "01\n");
	device("1-4.10", "1\n", "12\n", "046d:c52b", "00\n");
	interface("1-4.10:1.0", "03\n", "01\n", "01\n");
	interface("1-4.10:1.1", "03\n", "01\n", "02\n");
	interface("1-4.10:1.2", "03\n", "00\n", "00\n");
	device("1-4.2", "1\n", "5\n", "0d8c:0014", "00\n");
	interface("1-4.2:1.0", "01\n", "01\n", "00\n");
	put(USB "1-4.2/product", "  USB  Sound \n");
	put(USB "1-4.2/manufacturer", "C-Media\x1b[31m\xff\n");
	put(USB "1-4.2/speed", "12\n");
	put(USB "1-4.10/speed", "1.5\n");
}

static void reads_a_desk(void **state)
{
	char kinds[64], node[64];

	(void)state;
	desk();
	look(NULL);
	assert_int_equal(in.usb_known, TRI_YES);
	assert_int_equal(in.n_usb, 3);
	assert_string_equal(in.usb[0].port, "1-4");
	assert_true(in.usb[0].kinds & USB_HUB);
	assert_string_equal(in.usb[1].port, "1-4.2");
	assert_string_equal(in.usb[1].model, "USB  Sound");
	assert_string_equal(in.usb[1].maker, "C-Media?[31m?");
	assert_int_equal(in.usb[1].mbit, 12);
	assert_string_equal(in.usb[2].port, "1-4.10");
	assert_string_equal(usb_kinds_text(in.usb[2].kinds, kinds, sizeof(kinds)), "keyboard, mouse");
	assert_int_equal(in.usb[2].mbit, 1);
	usb_node(&in.usb[2], node, sizeof(node));
	assert_string_equal(node, "/dev/bus/usb/001/012");
	assert_false(in.more);
}

static void nothing_is_unknown(void **state)
{
	(void)state;
	look(NULL);
	assert_int_equal(in.usb_known, TRI_UNKNOWN);
	assert_int_equal(in.evdev_known, TRI_UNKNOWN);
	assert_int_equal(in.sound, TRI_UNKNOWN);
	put("sys/bus/pci/x", "");
	put("sys/class/net/x", "");
	look(NULL);
	assert_int_equal(in.usb_known, TRI_YES);
	assert_int_equal(in.evdev_known, TRI_YES);
	assert_int_equal(in.sound, TRI_NO);
	put("sys/class/sound/card0/x", "");
	look(NULL);
	assert_int_equal(in.sound, TRI_YES);
	assert_int_equal(inputs_read("/nonexistent", NULL, &in), -ENOENT);
}

/* What a device says of itself is its own affair; a name or number that is none is no device. */
static void believes_nothing(void **state)
{
	static const struct {
		const char *file, *text;
	} wrong[] = {
		{ "busnum", "" }, { "busnum", "x\n" }, { "busnum", "-1\n" }, { "busnum", "1000\n" },
		{ "devnum", "128\n" }, { "devnum", "99999999999999999999\n" }, { "idVendor", "10000\n" },
		{ "idProduct", "zz\n" },
	};
	char name[300], file[64];

	(void)state;
	memset(name, '1', sizeof(name));
	memcpy(name, USB "1-", sizeof(USB "1-") - 1);
	strcpy(name + 100, "/busnum");
	put(name, "1\n");
	put(USB "1-4;reboot/busnum", "1\n");
	put(USB "..-1/busnum", "1\n");
	device("1-1", "1\n", "2\n", "046d:c52b", "00\n");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		device("1-2", "1\n", "3\n", "046d:c52b", "00\n");
		snprintf(file, sizeof(file), USB "1-2/%s", wrong[i].file);
		put(file, wrong[i].text);
		look(NULL);
		if (in.n_usb != 1)
			fail_msg("%s of %s", wrong[i].file, wrong[i].text);
	}
	/* An interface of nobody; a class that is no number; a fifo where a file should be. */
	interface("9-9:1.0", "03\n", "01\n", "01\n");
	interface("1-1:1.0", "keyboard\n", "01\n", "01\n");
	assert_int_equal(mkfifo(below(USB "1-1/product"), 0600), 0);
	look(NULL);
	assert_int_equal(in.usb[0].kinds, 0);
	assert_string_equal(in.usb[0].model, "");
}

static void stops_at_its_limits(void **state)
{
	char port[16], number[8];

	(void)state;
	for (int i = 1; i <= USB_DEVICES_MAX + 3; i++) {
		snprintf(port, sizeof(port), "1-%d", i);
		snprintf(number, sizeof(number), "%d", i % 127 + 1);
		device(port, "1", number, "046d:c52b", "00");
	}
	for (int i = 0; i < EVDEVS_MAX + 3; i++) {
		snprintf(number, sizeof(number), "%d", i);
		event(number, "x", "0", "0");
	}
	look(NULL);
	assert_int_equal(in.n_usb, USB_DEVICES_MAX);
	assert_int_equal(in.n_evdev, EVDEVS_MAX);
	assert_true(in.more);
}

static void finds_what_is_wished(void **state)
{
	struct wish_usb u;

	(void)state;
	desk();
	device("2-1", "2", "2", "046d:c52b", "00");
	look(NULL);
	assert_true(usb_parse("1-4.2", &u));
	assert_int_equal(usb_find(&in, &u, 0), 1);
	assert_int_equal(usb_find(&in, &u, 2), -1);
	assert_true(usb_parse("1-4.20", &u));
	assert_int_equal(usb_find(&in, &u, 0), -1);
	assert_true(usb_parse("046D:C52B", &u));
	assert_int_equal(usb_find(&in, &u, 0), 2);
	assert_int_equal(usb_find(&in, &u, 3), 3);
	assert_false(usb_parse("", &u) || usb_parse("1:2", &u) || usb_parse("keyboard", &u));
}

static void names_one_more(void **state)
{
	struct wish_usb v[2] = { { .name = "keyboard" }, { .name = "keyboard2" } };
	char name[32];

	(void)state;
	usb_make_name(v, 2, USB_KEYBOARD | USB_HID, name);
	assert_string_equal(name, "keyboard3");
	usb_make_name(v, 2, USB_SOUND, name);
	assert_string_equal(name, "sound");
	usb_make_name(v, 2, 0, name);
	assert_string_equal(name, "device");
}

/* --- event devices ----------------------------------------------------------------------- */

static void link_to(const char *name, const char *target)
{
	char dir[PATH_MAX];

	str_fit(dir, sizeof(dir), below(name));
	*strrchr(dir, '/') = '\0';
	assert_int_equal(dir_make(dir, 0755), 0);
	assert_int_equal(symlink(target, below(name)), 0);
}

static void inputs(void)
{
	event("0", "AT keyboard\n", KEYS "\n", "0\n");
	event("3", "Mouse\x1b\n", "ff0000 0 0 0 0\n", "3\n");
	event("10", "Lid\n", "0\n", "0\n");
	link_to("dev/input/by-path/platform-i8042-serio-0-event-kbd", "../event0");
	link_to("dev/input/by-id/usb-B100-event-mouse", "../event3");
	link_to("dev/input/by-id/usb-B100-mouse", "../mouse0");
	link_to("dev/input/by-id/bad\nname-event-kbd", "../event0");
	put("dev/input/mice", "");
}

static void knows_keyboards_from_mice(void **state)
{
	(void)state;
	inputs();
	look(NULL);
	assert_int_equal(in.n_evdev, 3);
	assert_string_equal(in.evdev[0].path, "/dev/input/by-path/platform-i8042-serio-0-event-kbd");
	assert_true(in.evdev[0].keyboard && !in.evdev[0].pointer);
	assert_string_equal(in.evdev[1].name, "Mouse?");
	assert_true(in.evdev[1].pointer && !in.evdev[1].keyboard);
	assert_string_equal(in.evdev[1].path, "/dev/input/by-id/usb-B100-event-mouse");
	assert_string_equal(in.evdev[2].event, "event10");
	assert_false(in.evdev[2].keyboard || in.evdev[2].pointer);
	/* A bitmap that is none is nothing. */
	event("0", "x", "fffffffffffffffe zz\n", "0");
	look(NULL);
	assert_false(in.evdev[0].keyboard);
}

static void looks_behind_a_path(void **state)
{
	static const struct {
		const char *path;
		enum evdev_state state;
		int at;
	} rows[] = {
		{ "/dev/input/by-id/usb-B100-event-mouse", EVDEV_THERE, 1 },
		{ "/dev/input/event0", EVDEV_THERE, 0 }, { "/dev/input/event4", EVDEV_MISSING, -1 },
		{ "/dev/input/by-id/gone", EVDEV_MISSING, -1 }, { "/dev/input/mice", EVDEV_OTHER, -1 },
		{ "/dev/input/by-id/usb-B100-mouse", EVDEV_MISSING, -1 },
	};
	struct wish w;

	(void)state;
	inputs();
	wish_defaults(&w, "a");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		strcpy(w.evdev[w.n_evdev++].path, rows[i].path);
	look(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (in.look[i].state != rows[i].state || in.look[i].at != rows[i].at)
			fail_msg("%s: %d %d", rows[i].path, (int)in.look[i].state, in.look[i].at);
}

static void counts_keyboards_that_stay(void **state)
{
	static const char *const port[] = { "1-4.10" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		char real[200], target[200];

		snprintf(real, sizeof(real), "sys/devices/pci0/usb1/1-4/1-4.10/1-4.10:1.%d/input/input%d/event%d", i, i,
			 i);
		put_in(real, "device/capabilities/key", KEYS);
		snprintf(real, sizeof(real), "sys/class/input/event%d", i);
		snprintf(target, sizeof(target),
			 "../../devices/pci0/usb1/1-4/1-4.10/1-4.10:1.%d/input/input%d/event%d", i, i, i);
		link_to(real, target);
	}
	look(NULL);
	assert_string_equal(in.evdev[0].port, "1-4.10");
	assert_int_equal(inputs_keyboards(&in, port, 0), 1);
	assert_int_equal(inputs_keyboards(&in, port, 1), 0);
	event("7", "AT", KEYS, "0");
	look(NULL);
	assert_int_equal(inputs_keyboards(&in, port, 1), 1);
}

/* --- whose ------------------------------------------------------------------------------------ */

static bool b_runs(const struct paths *p, const char *vm)
{
	(void)p;
	return !strcmp(vm, "b");
}

static void says_whose_they_are(void **state)
{
	struct paths p = { 0 };

	(void)state;
	desk();
	inputs();
	snprintf(p.vms, sizeof(p.vms), "%s/vms", root);
	put("vms/a.conf", "[usb x]\nport=1-4.10\n[input y]\npath=/dev/input/event3\n");
	put("vms/b.conf", "[usb x]\nid=046d:c52b\n");
	put("vms/c.conf", "[usb x]\nport=1-4.10\n[usb z]\nport=1-4.2\n");
	put("vms/broken.conf", "[usb x]\nport=7\n");
	look(NULL);
	inputs_claims(root, &p, "c", b_runs, &in);
	assert_string_equal(in.usb[2].vm, "b");
	assert_true(in.usb[2].vm_runs);
	assert_string_equal(in.usb[1].vm, "");
	assert_string_equal(in.evdev[1].vm, "a");
	assert_false(in.evdev[1].vm_runs);
	look(NULL);
	inputs_claims(root, &p, NULL, b_runs, &in);
	assert_string_equal(in.usb[1].vm, "c");
}

/* --- while it runs ------------------------------------------------------------------------------ */

static void keeps_a_note(void **state)
{
	static const char *const wrong[] = {
		"{\"version\":1,\"kind\":\"inputs\",\"usb\":{},\"inputs\":[]}",
		"{\"version\":1,\"kind\":\"inputs\",\"usb\":[{\"name\":\"a\",\"port\":\"1-4/x\",\"id\":\"\"}],\"inputs\":[]}",
		"{\"version\":1,\"kind\":\"inputs\",\"usb\":[{\"name\":\"a\",\"port\":\"\",\"id\":\"\"}],\"inputs\":[]}",
		"{\"version\":1,\"kind\":\"inputs\",\"usb\":[{\"name\":\"a/b\",\"port\":\"1-4\",\"id\":\"\"}],\"inputs\":[]}",
		"{\"version\":1,\"kind\":\"inputs\",\"usb\":[],\"inputs\":[{\"name\":\"a\",\"path\":\"/dev/sda\",\"repeat\":true}]}",
		"{\"version\":1,\"kind\":\"inputs\",\"usb\":[],\"inputs\":[7]}", "[]", "x",
	};
	struct inputs_note n = { .n_usb = 2, .n_evdev = 1 }, back;
	_fd_ int fd = open(root, O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(inputs_note_read(fd, &back), 0);
	assert_int_equal(back.n_usb + back.n_evdev, 0);
	assert_true(usb_parse("1-4.2", &n.usb[0]) && usb_parse("046d:c52b", &n.usb[1]));
	strcpy(n.usb[0].name, "a");
	strcpy(n.usb[1].name, "b");
	n.evdev[0] = (struct wish_evdev){ .name = "k", .path = "/dev/input/event0" };
	assert_int_equal(inputs_note_write(fd, &n), 0);
	assert_int_equal(inputs_note_read(fd, &back), 0);
	assert_memory_equal(&back, &n, sizeof(n));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put("inputs.json", wrong[i]);
		if (inputs_note_read(fd, &back) != -EBADMSG || back.n_usb + back.n_evdev)
			fail_msg("taken: %s", wrong[i]);
	}
	put("inputs.json", "{\"version\":2}");
	assert_int_equal(inputs_note_read(fd, &back), -EPROTO);
}

static void opens_nodes_and_nothing_else(void **state)
{
	struct usb_device d = { .bus = 1, .dev = 5 };
	char real[PATH_MAX];
	int fd;

	(void)state;
	assert_int_equal(usb_open(root, &d), -ENOENT);
	put("dev/bus/usb/001/005", "");
	fd = usb_open(root, &d);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR);
	close(fd);
	assert_int_equal(unlink(below("dev/bus/usb/001/005")), 0);
	link_to("dev/bus/usb/001/005", "/etc/passwd");
	assert_int_equal(usb_open(root, &d), -ELOOP);
	/* On this machine only what the kernel calls a USB device counts. */
	d.bus = d.dev = 999;
	assert_int_equal(usb_open("/", &d), -ENOENT);
	put("dev/input/event3", "");
	link_to("dev/input/by-id/k", "../event3");
	assert_int_equal(node_event(root, "/dev/input/by-id/k", real), 0);
	assert_non_null(strstr(real, "/dev/input/event3"));
	link_to("dev/input/by-id/x", "/etc/passwd");
	assert_int_equal(node_event(root, "/dev/input/by-id/x", real), -EINVAL);
	put("dev/input/mice", "");
	assert_int_equal(node_event(root, "/dev/input/mice", real), -EINVAL);
	assert_int_equal(node_event(root, "/dev/input/gone", real), -ENOENT);
	assert_int_equal(node_event("/", "/dev/null", real), -EINVAL);
}

static void reads_what_qemu_has(void **state)
{
	static const char fdsets[] = "[{'fdset-id': 1, 'fds': [{'fd': 9, 'opaque': 'serial-log'}]},"
		" {'fdset-id': 2000133, 'fds': [{'fd': 8, 'opaque': 'usb kbd 1 5'}, {'fd': 7}, {'opaque': 7}]},"
		" {'fdset-id': 4, 'fds': [{'fd': 8, 'opaque': 'usb kbd 1'}, {'fd': 8, 'opaque': 'usb a 1 5 x'}]},"
		" {'fdset-id': 5}, 7]";
	static const char children[] = "[{'name': 'usb-kbd'}, {'name': 'type'}, {'name': 7}, 8]";
	char text[sizeof(fdsets)];
	struct inputs_held all;
	json_t *json;

	(void)state;
	strcpy(text, fdsets);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json = json_loads(text, 0, NULL);
	inputs_held(json, &all);
	json_decref(json);
	assert_int_equal(all.n, 1);
	assert_string_equal(all.v[0].name, "kbd");
	assert_int_equal(all.v[0].fdset, 2000133);
	assert_int_equal(all.v[0].dev, 5);
	inputs_held(NULL, &all);
	assert_int_equal(all.n, 0);
	strcpy(text, children);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json = json_loads(text, 0, NULL);
	assert_true(inputs_has(json, "usb-", "kbd"));
	assert_false(inputs_has(json, "usb-", "kb") || inputs_has(json, "input-", "kbd"));
	json_decref(json);
}

static void hears_the_kernel(void **state)
{
	static const char usb[] = "add@/devices/x\0ACTION=add\0SUBSYSTEM=usb\0DEVTYPE=usb_device";
	static const char input[] = "add@/devices/x\0SUBSYSTEM=input";
	static const char other[] = "add@/devices/usb\0SUBSYSTEM=usbmon\0DEVPATH=SUBSYSTEM=usb";

	(void)state;
	assert_true(uevent_concerns(usb, sizeof(usb)));
	assert_true(uevent_concerns(input, sizeof(input)));
	assert_false(uevent_concerns(other, sizeof(other)));
	/* Cut before its NUL it is no string. */
	assert_false(uevent_concerns(input, sizeof(input) - 1));
	assert_false(uevent_concerns("", 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(reads_a_desk), TEST(nothing_is_unknown), TEST(believes_nothing), TEST(stops_at_its_limits),
		TEST(finds_what_is_wished), TEST(names_one_more), TEST(knows_keyboards_from_mice),
		TEST(looks_behind_a_path), TEST(counts_keyboards_that_stay), TEST(says_whose_they_are),
		TEST(keeps_a_note), TEST(opens_nodes_and_nothing_else), TEST(reads_what_qemu_has), TEST(hears_the_kernel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
