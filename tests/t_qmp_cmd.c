/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builders and decoders of the command table; answers as QEMU 7.2 gave them. */
#include "tests/t_qmp.h"

#include "qmp/qmp_cmd.h"

static struct qmp_answer answer;
static struct qmp_pci devices;
static struct qmp_properties properties;
static struct qmp_machines machines;

/* The long answers too. */
static int decode_value(enum qmp_cmd cmd, const json_t *value)
{
	int r = qmp_cmd_decode(cmd, value, &answer);

	if (r < 0)
		return r;
	switch (cmd) {
	case QMP_CMD_QUERY_PCI:
		return qmp_pci_decode(answer.value, &devices);
	case QMP_CMD_DEVICE_LIST_PROPERTIES:
		return qmp_properties_decode(answer.value, &properties);
	case QMP_CMD_QUERY_MACHINES:
		return qmp_machines_decode(answer.value, &machines);
	default:
		return 0;
	}
}

static int decode(enum qmp_cmd cmd, const char *text)
{
	static json_t *value;
	int r;

	json_decref(value);		/* the last answer borrows from it until now */
	value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
	if (text)
		assert_non_null(value);
	r = decode_value(cmd, value);
	if (r < 0) {
		json_decref(value);
		value = NULL;
	}
	return r;
}

static void every_command_has_a_row(void **state)
{
	struct qmp_answer *a = &answer;

	(void)state;
	for (int i = 0; i < QMP_CMD_COUNT; i++) {
		assert_non_null(qmp_cmd_name((enum qmp_cmd)i));
		assert_true(strlen(qmp_cmd_name((enum qmp_cmd)i)) <
			    sizeof(((struct qmp_item *)0)->command));
		assert_in_range(qmp_cmd_timeout_ms((enum qmp_cmd)i), 1000, 60000);
		assert_int_equal(qmp_cmd_decode((enum qmp_cmd)i, NULL, a), -EBADMSG);
	}
}

static void builders(void **state)
{
	static const struct {
		enum qmp_cmd cmd;
		const char *args[4];
		int err;
		const char *text;
	} rows[] = {
		{ QMP_CMD_CONT, { NULL }, 0, NULL },
		{ QMP_CMD_CONT, { "x" }, -EINVAL, NULL },
		{ QMP_CMD_QOM_GET,
		  { "/machine", "type" },
		  0,
		  "{\"path\":\"/machine\",\"property\":\"type\"}" },
		{ QMP_CMD_QOM_GET, { "/machine" }, -EINVAL, NULL },
		{ QMP_CMD_QOM_GET, { NULL }, -EINVAL, NULL },
		{ QMP_CMD_QOM_GET, { "a", "b", "c" }, -EINVAL, NULL },
		{ QMP_CMD_QOM_GET, { "a\xff", "b" }, -EINVAL, NULL },
		{ QMP_CMD_QOM_GET,
		  { "a\"\\\n", "b" },
		  0,
		  "{\"path\":\"a\\\"\\\\\\n\",\"property\":\"b\"}" },
		{ QMP_CMD_SCREENDUMP,
		  { "/dev/fdset/1", "png" },
		  0,
		  "{\"filename\":\"/dev/fdset/1\",\"format\":\"png\"}" },
		{ QMP_CMD_SCREENDUMP, { "/x" }, 0, "{\"filename\":\"/x\"}" },
		{ QMP_CMD_SCREENDUMP, { NULL }, -EINVAL, NULL },
		{ QMP_CMD_DEVICE_LIST_PROPERTIES,
		  { "vfio-pci" },
		  0,
		  "{\"typename\":\"vfio-pci\"}" },
		{ QMP_CMD_SEND_KEY,
		  { "ctrl", "alt", "delete" },
		  0,
		  "{\"keys\":[{\"type\":\"qcode\",\"data\":\"ctrl\"},{\"type\":\"qcode\","
		  "\"data\":\"alt\"},{\"type\":\"qcode\",\"data\":\"delete\"}]}" },
		{ QMP_CMD_SEND_KEY, { NULL }, -EINVAL, NULL },
		{ QMP_CMD_SEND_KEY, { "Ctrl+C" }, -EINVAL, NULL },
		{ QMP_CMD_ADD_FD, { "7" }, 0, "{\"fdset-id\":7}" },
		{ QMP_CMD_ADD_FD, { "7x" }, -EINVAL, NULL },
		{ QMP_CMD_ADD_FD, { "" }, -EINVAL, NULL },
		{ QMP_CMD_REMOVE_FD, { "99999999999999999999" }, -EINVAL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *args;
		char *text;

		assert_int_equal(qmp_cmd_args(rows[i].cmd, rows[i].args, &args), rows[i].err);
		if (!rows[i].text) {
			assert_null(args);
			continue;
		}
		text = json_dumps(args, JSON_COMPACT);
		assert_string_equal(text, rows[i].text);
		free(text);
		json_decref(args);
	}
}

static void too_many_keys(void **state)
{
	const char *keys[18];
	json_t *args;

	(void)state;
	for (int i = 0; i < 17; i++)
		keys[i] = "a";
	keys[17] = NULL;
	assert_int_equal(qmp_cmd_args(QMP_CMD_SEND_KEY, keys, &args), -EINVAL);
	assert_int_equal(qmp_cmd_args(QMP_CMD_SEND_KEY, keys + 1, &args), 0);
	json_decref(args);
}

static void submit(void **state)
{
	struct qmp *q = qmp_new(NULL);
	const char *const args[] = { "/machine", "type", NULL };
	const char *p;

	(void)state;
	make_ready(q);
	assert_int_equal(qmp_cmd_submit(q, QMP_CMD_QOM_GET, NULL, NULL), -EINVAL);
	assert_int_equal(qmp_cmd_submit(q, QMP_CMD_QOM_GET, args, NULL), 1);
	assert_int_equal(qmp_pending(q, &p), strlen("{\"execute\":\"qom-get\",\"arguments\":{"
			 "\"path\":\"/machine\",\"property\":\"type\"},\"id\":1}\n"));
	qmp_free(q);
}

/* Each answer with one mistake: refused, whatever the mistake. */
static void wrong_types(void **state)
{
	static const struct {
		enum qmp_cmd cmd;
		const char *text;
	} rows[] = {
		{ QMP_CMD_CONT, "[]" },
		{ QMP_CMD_QUERY_STATUS, "{}" },
		{ QMP_CMD_QUERY_STATUS, "[]" },
		{ QMP_CMD_QUERY_STATUS, "{\"running\": 1, \"status\": \"running\"}" },
		{ QMP_CMD_QUERY_STATUS, "{\"running\": true, \"status\": 1}" },
		{ QMP_CMD_QUERY_STATUS, "{\"status\": \"running\"}" },
		{ QMP_CMD_QUERY_VERSION,
		  "{\"qemu\": {\"major\": 1, \"minor\": 2}, \"package\": \"\"}" },
		{ QMP_CMD_QUERY_VERSION,
		  "{\"qemu\": {\"major\": -1, \"minor\": 2, \"micro\": 3}, \"package\": \"\"}" },
		{ QMP_CMD_QUERY_VERSION, "{\"qemu\": {\"major\": 4294967296, \"minor\": 2, "
					 "\"micro\": 3}, \"package\": \"\"}" },
		{ QMP_CMD_QUERY_VERSION, "{\"qemu\": {\"major\": 1, \"minor\": 2, \"micro\": 3}}" },
		{ QMP_CMD_QUERY_KVM, "{\"enabled\": \"true\", \"present\": true}" },
		{ QMP_CMD_QUERY_UUID, "{\"UUID\": 5}" },
		{ QMP_CMD_QUERY_UUID, "{\"UUID\": \"11111111-2222-3333-4444-55555555555\"}" },
		{ QMP_CMD_QUERY_UUID, "{\"UUID\": \"11111111-2222-3333-4444-5555555555555\"}" },
		{ QMP_CMD_QUERY_UUID, "{\"UUID\": \"11111111-2222-3333-4444+555555555555\"}" },
		{ QMP_CMD_QUERY_UUID, "{\"UUID\": \"1111111g-2222-3333-4444-555555555555\"}" },
		{ QMP_CMD_QUERY_NAME, "{\"name\": null}" },
		{ QMP_CMD_QUERY_NAME, "\"win11\"" },
		{ QMP_CMD_DEVICE_LIST_PROPERTIES, "{}" },
		{ QMP_CMD_DEVICE_LIST_PROPERTIES, "[{\"name\": \"a\"}]" },
		{ QMP_CMD_DEVICE_LIST_PROPERTIES, "[5]" },
		{ QMP_CMD_QUERY_MACHINES, "[{\"alias\": \"q35\"}]" },
		{ QMP_CMD_QUERY_MACHINES, "[{\"name\": \"a\", \"alias\": 1}]" },
		{ QMP_CMD_QUERY_MACHINES, "{\"name\": \"a\"}" },
		{ QMP_CMD_ADD_FD, "{\"fd\": 1}" },
		{ QMP_CMD_QUERY_PCI, "{}" },
		{ QMP_CMD_QUERY_PCI, "[5]" },
		{ QMP_CMD_QUERY_PCI, "[{\"devices\": {}}]" },
		{ QMP_CMD_QUERY_PCI, "[{\"devices\": [5]}]" },
		{ QMP_CMD_QUERY_PCI,
		  "[{\"devices\": [{\"bus\": 0, \"slot\": 0, \"function\": 0}]}]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (decode(rows[i].cmd, rows[i].text) != -EBADMSG)
			fail_msg("%s: %s was accepted", qmp_cmd_name(rows[i].cmd), rows[i].text);
}

static void status(void **state)
{
	char text[128];

	(void)state;
	for (int i = QMP_RUN_UNKNOWN + 1; i < QMP_RUN_COUNT; i++) {
		snprintf(text, sizeof(text), "{\"status\": \"%s\", \"singlestep\": false, "
			 "\"running\": false}", qmp_run_name((enum qmp_run)i));
		assert_int_equal(decode(QMP_CMD_QUERY_STATUS, text), 0);
		assert_int_equal(answer.status.run, i);
		assert_false(answer.status.running);
	}
	assert_int_equal(
		decode(QMP_CMD_QUERY_STATUS, "{\"running\": true, \"status\": \"dreaming\"}"), 0);
	assert_int_equal(answer.status.run, QMP_RUN_UNKNOWN);
	assert_string_equal(answer.status.status, "dreaming");
	assert_true(answer.status.running);
	assert_string_equal(qmp_run_name(QMP_RUN_GUEST_PANICKED), "guest-panicked");
	assert_string_equal(qmp_run_name((enum qmp_run)99), "unknown");
}

static void small_answers(void **state)
{
	(void)state;
	assert_int_equal(decode(QMP_CMD_QUERY_VERSION, "{\"qemu\": {\"micro\": 22, \"minor\": 2, "
			 "\"major\": 7}, \"package\": \"Debian 1:7.2\"}"), 0);
	assert_int_equal(answer.version.major, 7);
	assert_int_equal(answer.version.minor, 2);
	assert_int_equal(answer.version.micro, 22);
	assert_string_equal(answer.version.package, "Debian 1:7.2");
	assert_int_equal(decode(QMP_CMD_QUERY_KVM, "{\"enabled\": false, \"present\": true}"), 0);
	assert_false(answer.kvm.enabled);
	assert_true(answer.kvm.present);
	assert_int_equal(decode(QMP_CMD_QUERY_UUID,
				"{\"UUID\": \"11111111-2222-3333-4444-5555555555aF\"}"), 0);
	assert_string_equal(answer.text, "11111111-2222-3333-4444-5555555555aF");
	assert_int_equal(decode(QMP_CMD_QUERY_NAME, "{}"), 0);
	assert_string_equal(answer.text, "");
	assert_int_equal(decode(QMP_CMD_QUERY_NAME, "{\"name\": \"win11\"}"), 0);
	assert_string_equal(answer.text, "win11");
	assert_int_equal(decode(QMP_CMD_QOM_GET, "\"pc-q35-7.2-machine\""), 0);
	assert_string_equal(json_string_value(answer.value), "pc-q35-7.2-machine");
	assert_int_equal(decode(QMP_CMD_ADD_FD, "{\"fd\": 5, \"fdset-id\": 9}"), 0);
	assert_int_equal(answer.fdset.fd, 5);
	assert_int_equal(answer.fdset.fdset, 9);
}

static void long_answers_are_lists(void **state)
{
	json_t *object = json_object();

	(void)state;
	assert_int_equal(qmp_pci_decode(object, &devices), -EBADMSG);
	assert_int_equal(qmp_properties_decode(object, &properties), -EBADMSG);
	assert_int_equal(qmp_machines_decode(NULL, &machines), -EBADMSG);
	json_decref(object);
}

static void lists(void **state)
{
	(void)state;
	assert_int_equal(
		decode(QMP_CMD_DEVICE_LIST_PROPERTIES,
		       "[{\"name\": \"romfile\", \"type\": \"str\"}, {\"default-value\": true, "
		       "\"name\": \"x-igd-opregion\", \"type\": \"bool\"}]"),
		0);
	assert_int_equal(properties.n, 2);
	assert_string_equal(properties.property[0].name, "romfile");
	assert_null(properties.property[0].default_value);
	assert_true(json_is_true(properties.property[1].default_value));
	assert_int_equal(
		decode(QMP_CMD_QUERY_MACHINES,
		       "[{\"name\": \"pc-q35-7.2\", \"alias\": \"q35\", \"cpu-max\": 288}, "
		       "{\"name\": \"pc-i440fx-7.2\", \"alias\": \"pc\", \"is-default\": true}, "
		       "{\"name\": \"pc-i440fx-1.4\", \"deprecated\": true}]"),
		0);
	assert_int_equal(machines.n, 3);
	assert_string_equal(machines.machine[0].alias, "q35");
	assert_true(machines.machine[1].is_default);
	assert_string_equal(machines.machine[2].alias, "");
	assert_true(machines.machine[2].deprecated);
}

static char *list_of(const char *head, const char *row, size_t n, const char *tail)
{
	char *text = malloc(strlen(head) + n * (strlen(row) + 1) + strlen(tail) + 1);
	char *p = stpcpy(text, head);

	for (size_t i = 0; i < n; i++) {
		if (i)
			*p++ = ',';
		p = stpcpy(p, row);
	}
	stpcpy(p, tail);
	return text;
}

static void too_long_lists(void **state)
{
	static const struct {
		enum qmp_cmd cmd;
		size_t max;
		const char *head, *row, *tail;
	} rows[] = {
		{ QMP_CMD_QUERY_MACHINES, 512, "[", "{\"name\":\"m\"}", "]" },
		{ QMP_CMD_DEVICE_LIST_PROPERTIES, 512, "[", "{\"name\":\"m\",\"type\":\"t\"}",
		  "]" },
		{ QMP_CMD_QUERY_PCI, 256, "[{\"devices\":[",
		  "{\"bus\":0,\"slot\":1,\"function\":2,\"class_info\":{\"class\":768},"
		  "\"id\":{\"vendor\":32902,\"device\":1},\"regions\":[]}",
		  "]}]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *fits = list_of(rows[i].head, rows[i].row, rows[i].max, rows[i].tail);
		char *not = list_of(rows[i].head, rows[i].row, rows[i].max + 1, rows[i].tail);

		assert_int_equal(decode(rows[i].cmd, fits), 0);
		assert_int_equal(decode(rows[i].cmd, not), -E2BIG);
		free(fits);
		free(not);
	}
}

#define DEVICE(slot, more) \
	"{\"irq_pin\": 0, \"bus\": 0, \"qdev_id\": \"hostpci0\", \"slot\": " #slot ", " \
	"\"function\": 0, \"class_info\": {\"class\": 768, \"desc\": \"VGA controller\"}, " \
	"\"id\": {\"device\": 18086, \"subsystem-vendor\": 6900, \"vendor\": 32902, " \
	"\"subsystem\": 4352}, " more "}"

static const char pci_text[] =
	"[{\"bus\": 0, \"devices\": ["
	DEVICE(2, "\"regions\": [{\"bar\": 0, \"type\": \"memory\", \"address\": 4211081216, "
		  "\"size\": 16777216, \"prefetch\": false, \"mem_type_64\": true}, "
		  "{\"bar\": 4, \"type\": \"io\", \"address\": -1, \"size\": 64}, "
		  "{\"bar\": 6, \"type\": \"memory\", \"address\": -1, \"size\": 65536}]") ","
	DEVICE(28, "\"regions\": [], \"pci_bridge\": {\"bus\": {\"number\": 0}, \"devices\": ["
		   DEVICE(3, "\"regions\": []") "]}") ","
	DEVICE(31, "\"regions\": [], \"pci_bridge\": {\"bus\": {\"number\": 0}}")
	"]}]";

static void pci(void **state)
{
	const struct qmp_pci_device *d;

	(void)state;
	assert_int_equal(decode(QMP_CMD_QUERY_PCI, pci_text), 0);
	assert_int_equal(devices.n, 4);
	d = &devices.device[0];
	assert_int_equal(d->slot, 2);
	assert_int_equal(d->vendor, 0x8086);
	assert_int_equal(d->device, 18086);
	assert_int_equal(d->subvendor, 0x1af4);
	assert_int_equal(d->class_code, 0x300);
	assert_string_equal(d->qdev_id, "hostpci0");
	assert_true(d->bar[0].present && !d->bar[0].io);
	assert_int_equal(d->bar[0].address, 4211081216);
	assert_int_equal(d->bar[0].size_bytes, 16 << 20);
	assert_true(d->bar[4].io);
	assert_int_equal(d->bar[4].address, -1);
	assert_true(d->bar[6].present);
	assert_false(d->bar[1].present);
	assert_int_equal(devices.device[1].slot, 28);
	assert_int_equal(devices.device[2].slot, 3);
	assert_int_equal(devices.device[3].slot, 31);
}

static void bad_regions(void **state)
{
	static const char *const regions[] = {
		"[5]", "{}", "[{\"bar\": 7, \"type\": \"io\", \"address\": 0, \"size\": 1}]",
		"[{\"bar\": -1, \"type\": \"io\", \"address\": 0, \"size\": 1}]",
		"[{\"bar\": 0, \"type\": \"io\", \"address\": 0, \"size\": -1}]",
		"[{\"bar\": 0, \"type\": \"io\", \"address\": \"0\", \"size\": 1}]",
		"[{\"bar\": 0, \"address\": 0, \"size\": 1}]",
		"[], \"pci_bridge\": 5", "[], \"pci_bridge\": {\"devices\": {}}",
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		snprintf(text, sizeof(text), "[{\"devices\": [" DEVICE(2, "\"regions\": %s") "]}]",
			 regions[i]);
		if (decode(QMP_CMD_QUERY_PCI, text) != -EBADMSG)
			fail_msg("accepted: %s", regions[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_has_a_row),
		cmocka_unit_test(builders),
		cmocka_unit_test(too_many_keys),
		cmocka_unit_test(submit),
		cmocka_unit_test(wrong_types),
		cmocka_unit_test(status),
		cmocka_unit_test(small_answers),
		cmocka_unit_test(long_answers_are_lists),
		cmocka_unit_test(lists),
		cmocka_unit_test(too_long_lists),
		cmocka_unit_test(pci),
		cmocka_unit_test(bad_regions),
	};
	int r;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	decode(QMP_CMD_CONT, NULL);	/* release the last answer */
	return r;
}
