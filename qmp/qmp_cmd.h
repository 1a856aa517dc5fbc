/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The QMP commands igvm uses, as one table: name, arguments, how long to
 * wait, how to read the answer.
 *
 * A builder returns all of a command's arguments or none. A decoder accepts
 * members it does not know, rejects wrong types and missing members, and
 * fills the whole answer or says -EBADMSG. Texts in an answer are borrowed
 * from the value it was decoded from.
 */
#ifndef QMP_QMP_CMD_H
#define QMP_QMP_CMD_H

#include "qmp/qmp.h"

enum qmp_cmd {
	QMP_CMD_QUERY_STATUS,
	QMP_CMD_CONT,
	QMP_CMD_STOP,
	QMP_CMD_SYSTEM_POWERDOWN,
	QMP_CMD_SYSTEM_RESET,
	QMP_CMD_QUIT,
	QMP_CMD_QUERY_PCI,
	QMP_CMD_QOM_GET,		/* path, property */
	QMP_CMD_QUERY_VERSION,
	QMP_CMD_QUERY_UUID,
	QMP_CMD_QUERY_NAME,
	/*
	 * filename, format ("png" since QEMU 7.1; left out: "ppm"). QEMU opens
	 * the file itself, so one in its sandbox is given /dev/fdset/N, after
	 * add-fd of a descriptor opened O_WRONLY: with O_RDWR it says EACCES,
	 * and getfd's names are not looked at (tried on 7.2). It neither
	 * truncates nor rewinds: one file, one shot.
	 */
	QMP_CMD_SCREENDUMP,
	/*
	 * typename. Ask only for types that qom-list-types named or that exist
	 * in every build: a type whose module is not installed ends QEMU 7.2
	 * ("missing object type 'virtio-gpu-gl-device'", exit 1).
	 */
	QMP_CMD_DEVICE_LIST_PROPERTIES,
	QMP_CMD_QUERY_MACHINES,
	QMP_CMD_QUERY_KVM,
	QMP_CMD_SEND_KEY,		/* 1 to 16 qcodes, pressed together */
	QMP_CMD_ADD_FD,			/* fdset id, a number; the descriptor by qmp_submit_fd() */
	QMP_CMD_REMOVE_FD,		/* fdset id */
	QMP_CMD_COUNT,
};

/* QEMU's RunState (qapi/run-state.json), and one for a word that a later QEMU adds. */
enum qmp_run {
	QMP_RUN_UNKNOWN,
	QMP_RUN_DEBUG,
	QMP_RUN_INMIGRATE,
	QMP_RUN_INTERNAL_ERROR,
	QMP_RUN_IO_ERROR,
	QMP_RUN_PAUSED,
	QMP_RUN_POSTMIGRATE,
	QMP_RUN_PRELAUNCH,
	QMP_RUN_FINISH_MIGRATE,
	QMP_RUN_RESTORE_VM,
	QMP_RUN_RUNNING,
	QMP_RUN_SAVE_VM,
	QMP_RUN_SHUTDOWN,
	QMP_RUN_SUSPENDED,
	QMP_RUN_WATCHDOG,
	QMP_RUN_GUEST_PANICKED,
	QMP_RUN_COLO,
	QMP_RUN_COUNT,
};

struct qmp_status {
	bool running;
	enum qmp_run run;
	const char *status;	/* QEMU's word */
};

struct qmp_version {
	uint32_t major, minor, micro;
	const char *package;	/* "" when the build has none */
};

struct qmp_kvm {
	bool enabled, present;
};

struct qmp_fdset {
	int64_t fd, fdset;
};

/* One BAR; 6 is the expansion ROM. */
struct qmp_pci_bar {
	bool present, io;
	int64_t address;	/* -1: not mapped by the guest */
	uint64_t size_bytes;
};

struct qmp_pci_device {
	uint32_t bus, slot, function;
	uint32_t vendor, device;
	uint32_t subvendor, subdevice;	/* 0 when QEMU does not say */
	uint32_t class_code;		/* 0x0300 is VGA */
	const char *qdev_id;		/* "" when it has none */
	struct qmp_pci_bar bar[7];
};

/* Behind bridges too, in the order of QEMU's answer. 50 KiB: not for the stack. */
struct qmp_pci {
	size_t n;
	struct qmp_pci_device device[256];
};

struct qmp_property {
	const char *name;
	const char *type;
	const json_t *default_value;	/* NULL: not told. Beyond int64: a real */
};

struct qmp_properties {
	size_t n;
	struct qmp_property property[512];	/* vfio-pci of QEMU 11.1 has about 130 */
};

struct qmp_machine {
	const char *name;
	const char *alias;	/* "" when it has none */
	bool is_default, deprecated;
};

struct qmp_machines {
	size_t n;
	struct qmp_machine machine[512];
};

/** struct qmp_answer - which member is meant follows from the command */
struct qmp_answer {
	union {
		struct qmp_status status;		/* query-status */
		struct qmp_version version;		/* query-version; qmp_greeting() */
		struct qmp_kvm kvm;			/* query-kvm */
		struct qmp_fdset fdset;			/* add-fd */
		const char *text;			/* query-uuid; query-name, "" for none */
		const json_t *value;			/* qom-get: whatever it is. query-pci,
							 * query-machines, device-list-properties:
							 * the array, for the decoders below */
	};
};

/** qmp_cmd_name() - its name in QMP; qmp_cmd_timeout_ms() - how long it may take */
const char *qmp_cmd_name(enum qmp_cmd cmd);
unsigned qmp_cmd_timeout_ms(enum qmp_cmd cmd);

/**
 * qmp_cmd_args() - build the arguments
 * @args: texts in the order given above, ended by NULL; may be NULL for none
 * @out: an object for qmp_submit(), or NULL when the command takes none
 * Return: 0; -EINVAL (too few, too many, not UTF-8, no number where one is
 * meant); -ENOMEM.
 */
int qmp_cmd_args(enum qmp_cmd cmd, const char *const *args, json_t **out);

/** qmp_cmd_submit() - qmp_cmd_args(), then qmp_submit(); the errors of both */
int64_t qmp_cmd_submit(struct qmp *q, enum qmp_cmd cmd, const char *const *args, void *cookie);

/**
 * qmp_cmd_decode() - read a reply's value
 * Return: 0; -EBADMSG (wrong type, missing member, bad uuid).
 */
int qmp_cmd_decode(enum qmp_cmd cmd, const json_t *value, struct qmp_answer *out);

/* The long answers: 0; -EBADMSG; -E2BIG (more members than the struct holds). */
int qmp_pci_decode(const json_t *value, struct qmp_pci *out);
int qmp_properties_decode(const json_t *value, struct qmp_properties *out);
int qmp_machines_decode(const json_t *value, struct qmp_machines *out);

/** qmp_run_name() - QEMU's word for it; "unknown" for UNKNOWN */
const char *qmp_run_name(enum qmp_run run);

#endif
