/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/bitlocker.h"

#include <jansson.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

/* No double quotes: the agent on Windows joins the words into one line. */
const char *const bitlocker_words[] = {
	"-NoProfile", "-NonInteractive", "-Command",
	"$ErrorActionPreference = 'Stop'; "
	"Get-CimInstance -Namespace root/CIMV2/Security/MicrosoftVolumeEncryption -ClassName Win32_EncryptableVolume | "
	"Select-Object DriveLetter, ProtectionStatus | ConvertTo-Json -Compress",
	NULL
};

enum { STATUS_OFF, STATUS_ON };

static void add_drive(char which[static 128], const json_t *volume)
{
	const char *letter = json_string_value(json_object_get(volume, "DriveLetter"));
	size_t n = strlen(which);

	snprintf(which + n, 128 - n, "%s%s", n ? " " : "", letter && *letter ? letter : "?");
	str_sanitize(which);
}

static enum bitlocker judge_one(const json_t *volume, char which[static 128])
{
	const json_t *status = json_object_get(volume, "ProtectionStatus");
	json_int_t v = json_integer_value(status);

	if (json_is_integer(status) && v == STATUS_OFF)
		return BITLOCKER_OFF;
	add_drive(which, volume);
	return json_is_integer(status) && v == STATUS_ON ? BITLOCKER_ON : BITLOCKER_UNKNOWN;
}

static enum bitlocker judge_all(const json_t *volumes, char which[static 128])
{
	enum bitlocker all = BITLOCKER_OFF;
	const json_t *volume;
	size_t i;

	json_array_foreach(volumes, i, volume) {
		char drive[128] = "";
		enum bitlocker one = judge_one(volume, drive);

		/* The worst is told: on, then unknown. */
		if (one == BITLOCKER_OFF || (one == BITLOCKER_UNKNOWN && all == BITLOCKER_ON))
			continue;
		if (one != all)
			*which = '\0';
		all = one;
		str_fit(which + strlen(which), 128 - strlen(which), *which ? " " : "");
		str_fit(which + strlen(which), 128 - strlen(which), drive);
	}
	return all;
}

enum bitlocker bitlocker_judge(const char *out, size_t n, char which[static 128])
{
	json_t *json, *volumes;
	enum bitlocker v;

	*which = '\0';
	if (strspn(out, " \r\n\t") >= n)
		return BITLOCKER_OFF;
	json = json_loadb(out, n, 0, NULL);
	/* ConvertTo-Json gives an object for one result and an array for several. */
	volumes = json_is_object(json) ? json_pack("[O]", json) : json_incref(json);
	v = json_is_array(volumes) ? judge_all(volumes, which) : BITLOCKER_UNKNOWN;
	if (v == BITLOCKER_UNKNOWN && !*which)
		str_fit(which, 128, _("the guest's answer makes no sense"));
	json_decref(volumes);
	json_decref(json);
	return v;
}
