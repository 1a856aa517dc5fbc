/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One value of a VM file, read into its member: the parsers that the rows of wish_keys.c name, with the contract
 * of struct wish_key's parse(). Of values that are said in a language of their own there are files of their own
 * (wish_words.c ...); nobody else includes this.
 */
#ifndef IGVM_FACTS_WISH_VALUE_H
#define IGVM_FACTS_WISH_VALUE_H

#include "launcher/facts/wish_keys.h"

typedef bool wish_value(const struct wish_key *k, void *base, const char *value, struct wish_why *why);

/** value_refuse() - the sentence; returns false */
bool value_refuse(struct wish_why *why, const char *fmt, ...) printf_(2, 3);

/** value_wrong() - "KEY = VALUE: may be ..."; returns false */
bool value_wrong(const struct wish_key *k, const char *value, struct wish_why *why);

wish_value value_choice, value_text, value_path, value_program, value_disk_path, value_template,
	value_number, value_memory, value_machine, value_uuid, value_mac, value_interface, value_port,
	value_usb_port, value_usb_id, value_evdev_path, value_audio, value_igpu_device, value_rom,
	value_gms, value_words, value_pin;

#endif
