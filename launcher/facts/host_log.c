/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/host_log.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/str.h"

#define LOG_MAX		(2u << 20)	/* bytes; CONFIG_LOG_BUF_SHIFT is 17 to 21 on distributions */
#define RECORD_MAX	8192		/* kernel/printk/printk.c: CONSOLE_EXT_LOG_MAX */

/* All parts must be in the line; "@" stands for the iGPU's address, "%" for its short form. */
static const struct {
	enum host_log_event event;
	const char *part[3];
} texts[] = {
	/* arch/x86/kernel/cpu/feat_ctl.c; arch/x86/kvm/vmx/vmx.c */
	{ LOG_VTX_LOCKED, { "VMX (outside TXT) disabled by BIOS" } },
	{ LOG_VTX_LOCKED, { "kvm", "disabled by bios" } },
	{ LOG_VTX_LOCKED, { "VMX not enabled (by BIOS)" } },
	/* drivers/iommu/intel/dmar.c: dmar_fault_do_one() */
	{ LOG_FAULT, { "DMAR", "Request device [%]" } },
	/* drivers/pci/pci.c: pci_dev_wait() */
	{ LOG_NOT_READY, { "@", "not ready", "after FLR" } },
	/* drivers/iommu/intel/iommu.c of 6.1, drivers/iommu/iommu.c of 6.12 */
	{ LOG_RMRR, { "@", "platform RMRR requirement" } },
	{ LOG_RMRR, { "@", "1:1 IOMMU mapping, rejecting" } },
	/* drivers/iommu/intel/iommu.c: quirk_iommu_igfx() */
	{ LOG_GRAPHICS_OFF, { "Disabling IOMMU for graphics on this chipset" } },
	/* drivers/pci/pci.c: __pci_request_region() */
	{ LOG_BAR_TAKEN, { "vfio-pci", "@", "can't reserve" } },
};

/* Microseconds since boot in front of a line; what follows is returned. */
static const char *split_time(const char *line, uint64_t *us)
{
	unsigned long long a, b;
	int n = 0;

	*us = 0;
	if (sscanf(line, "[%llu.%llu]%n", &a, &b, &n) == 2 && n) {
		*us = a * 1000000 + b;
		return line + n;
	}
	if (sscanf(line, "%*u,%*u,%llu,%n", &a, &n) == 1 && n && strchr(line, ';')) {
		*us = a;
		return strchr(line, ';') + 1;
	}
	return line;
}

static bool has_part(const char *text, const char *part, const char *address)
{
	char wanted[96];
	size_t at = strcspn(part, "@%");

	if (!part[at])
		return strcasestr(text, part) != NULL;
	/* dmar_fault_do_one() leaves the domain out. */
	return str_print(wanted, sizeof(wanted), "%.*s%s%s", (int)at, part,
			 part[at] == '%' ? address + 5 : address, part + at + 1) &&
	       strcasestr(text, wanted);
}

void host_log_line(const char *line, struct bdf igpu, struct host_log *log)
{
	char address[BDF_TEXT_MAX];
	const char *text;
	uint64_t us;

	text = split_time(line, &us);
	bdf_text(igpu, address);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		enum host_log_event e = texts[i].event;
		bool all = true;

		for (size_t k = 0; k < ARRAY_SIZE(texts[i].part) && texts[i].part[k]; k++)
			all = all && has_part(text, texts[i].part[k], address);
		if (!all)
			continue;
		if (!log->event[e].n++)
			log->event[e].first_us = us;
		log->event[e].last_us = us;
		return;
	}
}

static void read_recorded(const struct tree *t, struct bdf igpu, struct host_log *log)
{
	_free_ char *text = NULL;
	char *save = NULL;
	size_t len;

	if (tree_read(t, "igvm/kmsg", LOG_MAX, &text, &len))
		return;
	log->read = true;
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	for (char *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		host_log_line(s, igpu, log);
}

/* One record a read; EPIPE: records were overwritten meanwhile. */
static void read_live(struct bdf igpu, struct host_log *log)
{
	_fd_ int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	char record[RECORD_MAX + 1];
	size_t sum = 0;

	if (fd < 0)
		return;
	while (sum < LOG_MAX) {
		ssize_t n = read(fd, record, RECORD_MAX);

		if (n < 0 && (errno == EINTR || errno == EPIPE)) {
			sum++;
			continue;
		}
		if (n <= 0)
			break;
		log->read = true;
		sum += (size_t)n;
		record[n] = '\0';
		record[strcspn(record, "\n")] = '\0';
		host_log_line(record, igpu, log);
	}
}

void host_log_read(const struct tree *t, struct bdf igpu, struct host_log *log)
{
	*log = (struct host_log){ 0 };
	if (t->live)
		read_live(igpu, log);
	else
		read_recorded(t, igpu, log);
}
