/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/oprom_fields.h"

#include "romfiles/pe.h"

static const char *code_text(uint8_t code)
{
	static const char *const text[] = { "x86", "open-firmware", "pa-risc", "efi" };

	return code < sizeof(text) / sizeof(text[0]) ? text[code] : NULL;
}

static const char *machine_text(uint16_t machine)
{
	switch (machine) {
	case PE_MACHINE_IA32:
		return "IA32";
	case PE_MACHINE_X64:
		return "X64";
	case PE_MACHINE_AA64:
		return "AA64";
	default:
		return NULL;
	}
}

static const char *subsystem_text(uint16_t subsystem)
{
	switch (subsystem) {
	case PE_SUBSYSTEM_APPLICATION:
		return "application";
	case PE_SUBSYSTEM_BOOT_DRIVER:
		return "boot-service-driver";
	case PE_SUBSYSTEM_RUNTIME_DRIVER:
		return "runtime-driver";
	default:
		return NULL;
	}
}

static const char *sum_text(enum oprom_sum sum)
{
	static const char *const text[] = {
		[OPROM_SUM_NONE] = "none", [OPROM_SUM_OK] = "right", [OPROM_SUM_BAD] = "wrong",
		[OPROM_SUM_CUT] = "cut",
	};

	return text[sum];
}

static void show_id(struct show *show, const char *key, size_t at, size_t size, uint64_t value,
		    const char *text)
{
	show->field(show, &(struct show_field){ .key = key, .kind = SHOW_HEX, .at = at, .size = size,
						.value = value, .text = text });
}

static void show_ids(struct span rom, const struct oprom_image *im, struct show *show)
{
	if (!im->n_ids)
		return;
	show->open(show, "device-list", true, im->list_at, (size_t)2 * im->n_ids + 2);
	for (size_t i = 0; i < im->n_ids; i++) {
		uint16_t id = 0;

		span_le16(rom, im->list_at + 2 * i, &id);
		show->open(show, NULL, false, im->list_at + 2 * i, 2);
		show_hex(show, "device", im->list_at + 2 * i, 2, id);
		show->close(show);
	}
	show->close(show);
}

static void show_pcir(const struct oprom_image *im, struct show *show)
{
	size_t at = im->pcir_at;

	show->open(show, "pcir", false, at, im->pcir_revision >= 3 ? 0x1c : 0x18);
	show_hex(show, "vendor", at + 4, 2, im->vendor);
	show_hex(show, "device", at + 6, 2, im->device);
	show_dec(show, "revision", at + 0x0c, 1, im->pcir_revision);
	show_hex(show, "class", at + 0x0d, 3, im->class_code);
	show_dec(show, "image-bytes", at + 0x10, 2, im->claimed);
	show_hex(show, "code-revision", at + 0x12, 2, im->code_revision);
	show_id(show, "code", at + 0x14, 1, im->code, code_text(im->code));
	show_bool(show, "last", at + 0x15, 1, im->last);
	show_bool(show, "aligned", SHOW_NOWHERE, 0, im->aligned);
	show->close(show);
}

static void show_efi(const struct oprom_image *im, struct show *show)
{
	show_id(show, "subsystem", im->at + 8, 2, im->subsystem, subsystem_text(im->subsystem));
	show_id(show, "machine", im->at + 0x0a, 2, im->machine, machine_text(im->machine));
	show_id(show, "compression", im->at + 0x0c, 2, im->compression,
		im->compression == 0 ? "none" : im->compression == 1 ? "uefi" : NULL);
	show_hex(show, "program-at", im->at + 0x16, 4, im->payload_at);
	show_bool(show, "igvm-assignment-driver", SHOW_NOWHERE, 0, im->igvm_assign);
	show_bool(show, "other-assignment-driver", SHOW_NOWHERE, 0, im->other_assign);
	show_bool(show, "igvm-policy-driver", SHOW_NOWHERE, 0, im->igvm_policy);
	show_bool(show, "other-policy-driver", SHOW_NOWHERE, 0, im->other_policy);
	show_bool(show, "gop", SHOW_NOWHERE, 0, im->gop);
	show_bool(show, "intel-gop", SHOW_NOWHERE, 0, im->intel_gop);
}

static void show_image(struct span rom, const struct oprom_image *im, struct show *show)
{
	show->open(show, NULL, false, im->at, im->size);
	show_dec(show, "run-bytes", im->at + 2, im->code == OPROM_X86 ? 1 : 2, im->init);
	show_pcir(im, show);
	show_ids(rom, im, show);
	if (im->code == OPROM_X86) {
		show_text(show, "checksum", SHOW_NOWHERE, 0, sum_text(im->sum));
		if (im->vbt_at)
			show_hex(show, "vbt-at", im->at + 0x1a, 2, im->vbt_at);
	}
	if (im->efi_header)
		show_efi(im, show);
	show->close(show);
}

void oprom_fields(struct span rom, const struct oprom *r, struct show *show)
{
	show->open(show, "images", true, 0, rom.n);
	for (size_t i = 0; i < r->n; i++)
		show_image(rom, &r->image[i], show);
	show->close(show);
}
