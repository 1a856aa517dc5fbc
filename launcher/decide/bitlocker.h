/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does BitLocker protect a disk of the guest? Asked of WMI and not of
 * manage-bde, which answers in Windows' language: class Win32_EncryptableVolume
 * of root/CIMV2/Security/MicrosoftVolumeEncryption, whose ProtectionStatus is 0
 * off (also: suspended), 1 on, 2 unknown (a locked volume). Pure.
 */
#ifndef IGVM_DECIDE_BITLOCKER_H
#define IGVM_DECIDE_BITLOCKER_H

#include <stddef.h>

enum bitlocker { BITLOCKER_UNKNOWN, BITLOCKER_OFF, BITLOCKER_ON };

#define BITLOCKER_PROGRAM	"powershell.exe"

/** bitlocker_words - of that program, ended by NULL */
extern const char *const bitlocker_words[];

/**
 * bitlocker_judge() - what it printed: a JSON object for one volume, an array for several, nothing for none
 *
 * @which: the drives that are protected, or why it is unknown; safe for a terminal, "" with OFF.
 */
enum bitlocker bitlocker_judge(const char *out, size_t n, char which[static 128]);

#endif
