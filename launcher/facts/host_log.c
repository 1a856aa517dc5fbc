/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/host_log.h"

#include <errno.h>
#include <string.h>
#include <sys/klog.h>

#include "launcher/base/str.h"

#define LOG_MAX		(2u << 20)	/* bytes; CONFIG_LOG_BUF_SHIFT is 17 to 21 on distributions */
#define LOG_LINE_MAX	1024		/* kernel/printk/printk.c: CONSOLE_LOG_MAX */
#define SYSLOG_READ_ALL	3		/* syslog(2): all of the ring, which stays as it is */
#define SYSLOG_SIZE	10

/* All parts must be in the line, and the first is the rarest; "@" stands for the iGPU's address, "%" for its short form. */
static const struct {
	enum host_log_event event;
	const char *part[3];
} texts[] = {
	/* arch/x86/kernel/cpu/feat_ctl.c; arch/x86/kvm/vmx/vmx.c */
	{ LOG_VTX_LOCKED, { "VMX (outside TXT) disabled by BIOS" } },
	{ LOG_VTX_LOCKED, { "disabled by bios", "kvm" } },
	{ LOG_VTX_LOCKED, { "VMX not enabled (by BIOS)" } },
	/* drivers/iommu/intel/dmar.c: dmar_fault_do_one() */
	{ LOG_FAULT, { "Request device [%]", "DMAR" } },
	/* drivers/pci/pci.c: pci_dev_wait() */
	{ LOG_NOT_READY, { "after FLR", "not ready", "@" } },
	/* drivers/iommu/intel/iommu.c of 6.1, drivers/iommu/iommu.c of 6.12 */
	{ LOG_RMRR, { "platform RMRR requirement", "@" } },
	{ LOG_RMRR, { "1:1 IOMMU mapping, rejecting", "@" } },
	/* drivers/iommu/intel/iommu.c: quirk_iommu_igfx() */
	{ LOG_GRAPHICS_OFF, { "Disabling IOMMU for graphics on this chipset" } },
	/* drivers/pci/pci.c: __pci_request_region() */
	{ LOG_BAR_TAKEN, { "can't reserve", "vfio-pci", "@" } },
	/* drivers/pci/pci.c: pci_power_up(); drivers/vfio/pci/vfio_pci_config.c: vfio_bar_restore() */
	{ LOG_LOST, { "device inaccessible", "@" } },
	{ LOG_LOST, { "reset recovery - restoring BARs", "@" } },
};

/* Only distances count, so a month is not asked for: a log over its end is rare, and then seems shorter. */
static uint64_t day_us(unsigned long long day, unsigned int h, unsigned int m, unsigned int s)
{
	return (((day % 32 * 24 + h % 24) * 60 + m % 60) * 60 + s % 61) * 1000000;
}

/*
 * Microseconds in front of a line; what follows is returned. dmesg, /dev/kmsg, dmesg -T, journalctl -k:
 * "[   12.3] ", "6,1,2,-;", "[Wed Nov 26 07:00:00 2025] ", "Nov 26 07:00:00 host kernel: ".
 */
static const char *split_time(const char *line, uint64_t *us)
{
	unsigned long long a, b;
	unsigned int h, m, s;
	int n = 0;

	*us = 0;
	if (*line == '<')
		line += strcspn(line, ">") + (strchr(line, '>') != NULL);
	if (sscanf(line, "[%llu.%llu]%n", &a, &b, &n) == 2 && n) {
		*us = a * 1000000 + b;
		return line + n;
	}
	if (sscanf(line, "%*u,%*u,%llu,%n", &a, &n) == 1 && n && strchr(line, ';')) {
		*us = a;
		return strchr(line, ';') + 1;
	}
	if (sscanf(line, "%*[[]%*3[A-Za-z] %*3[A-Za-z] %llu %u:%u:%u %*u]%n", &a, &h, &m, &s, &n) == 4 && n) {
		*us = day_us(a, h, m, s);
		return line + n;
	}
	if (sscanf(line, "%*3[A-Za-z] %llu %u:%u:%u%n", &a, &h, &m, &s, &n) == 4 && n) {
		*us = day_us(a, h, m, s);
		return line + n;
	}
	return line;
}

/* A part with the address put in; dmar_fault_do_one() leaves the domain out. */
static bool expand(const char *part, const char *address, char *buf, size_t size)
{
	size_t at = strcspn(part, "@%");

	if (!part[at])
		return str_copy(buf, size, part);
	return str_print(buf, size, "%.*s%s%s", (int)at, part, part[at] == '%' ? address + 5 : address,
			 part + at + 1);
}

static void count(struct host_log *log, enum host_log_event e, const char *line)
{
	uint64_t us;

	(void)split_time(line, &us);
	if (us < log->since_us)
		return;
	if (!log->event[e].n++)
		log->event[e].first_us = us;
	log->event[e].last_us = us;
}

static bool has_all(const char *line, const char *const part[3], const char *address)
{
	char wanted[96];

	for (size_t k = 0; k < 3 && part[k]; k++)
		if (!expand(part[k], address, wanted, sizeof(wanted)) || !strstr(line, wanted))
			return false;
	return true;
}

/* The line around @at, cut to what the kernel prints at most. */
static void line_around(const char *text, const char *at, char line[LOG_LINE_MAX])
{
	const char *start = at;
	size_t n;

	while (start > text && start[-1] != '\n' && at - start < LOG_LINE_MAX / 2)
		start--;
	n = strcspn(start, "\n");
	n = n < LOG_LINE_MAX - 1 ? n : LOG_LINE_MAX - 1;
	memcpy(line, start, n);
	line[n] = '\0';
}

/* The whole text is searched for the rarest part, so that a long log costs little. */
void host_log_text(const char *text, struct bdf igpu, struct host_log *log)
{
	char address[BDF_TEXT_MAX], first[96], line[LOG_LINE_MAX];

	bdf_text(igpu, address);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *at = text;

		if (!expand(texts[i].part[0], address, first, sizeof(first)))
			continue;
		while ((at = strstr(at, first))) {
			line_around(text, at, line);
			if (has_all(line, texts[i].part, address))
				count(log, texts[i].event, line);
			at += strcspn(at, "\n");
		}
	}
}

/* The text is owned; NULL: it cannot be read. */
static char *recorded(const struct tree *t)
{
	char *text = NULL;
	size_t len;

	if (tree_read(t, "igvm/kmsg", LOG_MAX, &text, &len))
		return NULL;
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}

static char *live(void)
{
	int size = klogctl(SYSLOG_SIZE, NULL, 0), n;
	char *text;

	if (size <= 0 || size > (int)LOG_MAX)
		size = LOG_MAX;
	text = malloc((size_t)size + 1);
	if (!text)
		return NULL;
	n = klogctl(SYSLOG_READ_ALL, text, size);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

void host_log_since(const struct tree *t, struct bdf igpu, uint64_t since_us, struct host_log *log)
{
	_free_ char *text = t->live ? live() : recorded(t);

	*log = (struct host_log){ .read = text != NULL, .since_us = since_us };
	if (text)
		host_log_text(text, igpu, log);
}

void host_log_read(const struct tree *t, struct bdf igpu, struct host_log *log)
{
	host_log_since(t, igpu, 0, log);
}
