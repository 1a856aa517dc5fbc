/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stand-in for the loader on a Windows disc: efi/boot/bootx64.efi of the
 * disc tests/create.sh makes. It waits for a key as Microsoft's does, for as
 * long as a slow emulation needs, counts keys, reads on, and looks for the
 * answer disc. On its second start (a variable tells) it waits ten seconds and
 * says whether a key came: none may.
 *
 * Port 0x402, prefix "igvm-setup: ": waiting, key, read, disc (its label),
 * answers (the file's name was found on it), reset; then again quiet or again
 * keys, eject, and it shuts down.
 */
#include "romfiles/efi/emit.h"
#include "romfiles/efi/port.h"
#include "romfiles/efi/uefi.h"

#define SECTOR		2048u
#define LABEL_AT	40u
#define READ_SECTORS	16384u	/* 32 MiB: past what igvm takes for the loader alone */
#define STEP_SECTORS	64u
#define WAIT_STEPS	3000u	/* of 100 ms */
#define QUIET_STEPS	100u

static EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
static EFI_GUID variable_guid = { 0x69677664, 0x1b5c, 0x4b5f,
				  { 0x9a, 0x11, 0x73, 0x65, 0x74, 0x75, 0x70, 0x31 } };
static CHAR16 variable_name[] = u"IgvmSetupStarted";
static UINT8 buffer[STEP_SECTORS * SECTOR];

static void say(const char *word)
{
	static const char prefix[] = "igvm-setup: ";
	size_t n = 0;

	port_put(NULL, prefix, sizeof(prefix) - 1);
	while (word[n])
		n++;
	port_put(NULL, word, n);
}

static void say_line(const char *word)
{
	say(word);
	port_put(NULL, "\n", 1);
}

/* How many keys come within @steps of 100 ms; with @first one is enough. */
static unsigned int keys(EFI_SYSTEM_TABLE *st, unsigned int steps, int first)
{
	unsigned int n = 0;
	EFI_INPUT_KEY key;

	while (steps-- && !(first && n)) {
		if (!st->ConIn->ReadKeyStroke(st->ConIn, &key))
			n++;
		else
			st->BootServices->Stall(100000);
	}
	return n;
}

static int holds_answers(size_t n)
{
	static const char name[] = "Autounattend.xml";

	for (size_t i = 0; i + sizeof(name) - 1 <= n; i++) {
		size_t j = 0;

		while (j < sizeof(name) - 1 && buffer[i + j] == (UINT8)name[j])
			j++;
		if (j == sizeof(name) - 1)
			return 1;
	}
	return 0;
}

static void look_at_disc(EFI_BLOCK_IO *b)
{
	char label[33];
	unsigned int n = 0;

	if (b->ReadBlocks(b, b->Media->MediaId, 16, SECTOR, buffer))
		return;
	for (; n < 32 && buffer[LABEL_AT + n] > ' '; n++)
		label[n] = (char)buffer[LABEL_AT + n];
	label[n] = '\0';
	say("disc ");
	port_put(NULL, label, n);
	port_put(NULL, "\n", 1);
	if (!b->ReadBlocks(b, b->Media->MediaId, 16, sizeof(buffer), buffer) &&
	    holds_answers(sizeof(buffer)))
		say_line("answers");
}

static void read_on(EFI_BLOCK_IO *b)
{
	UINT64 last = b->Media->LastBlock;

	for (UINT64 at = 0; at + STEP_SECTORS <= last && at < READ_SECTORS; at += STEP_SECTORS)
		if (b->ReadBlocks(b, b->Media->MediaId, at, sizeof(buffer), buffer))
			return;
	say_line("read");
}

/* Whole discs alone, no partition of one. */
static void each_disc(EFI_SYSTEM_TABLE *st, void (*work)(EFI_BLOCK_IO *b))
{
	EFI_HANDLE *handles = NULL;
	EFI_BLOCK_IO *b;
	UINTN n = 0;

	if (st->BootServices->LocateHandleBuffer(ByProtocol, &block_guid, NULL, &n, &handles))
		return;
	for (UINTN i = 0; i < n; i++)
		if (!st->BootServices->HandleProtocol(handles[i], &block_guid, (void **)&b) &&
		    b->Media->MediaPresent && !b->Media->LogicalPartition && b->Media->BlockSize == SECTOR)
			work(b);
}

/* --- ejecting: START STOP UNIT to every target of every SCSI and ATAPI controller ------------- */

/* EFI_EXT_SCSI_PASS_THRU_PROTOCOL (UEFI 2.10, 15.7), as far as it is used. */
#define SCSI_PASS_GUID \
	{ 0x143b7632, 0xb81b, 0x4cb7, { 0xab, 0xd3, 0xb6, 0x25, 0xa5, 0xb9, 0xbf, 0xfe } }
#define TARGET_BYTES	16
#define TIMEOUT_100NS	30000000u

struct scsi_packet {
	UINT64 timeout;
	void *in, *out, *sense, *cdb;
	UINT32 in_len, out_len;
	UINT8 cdb_len, direction, host_status, target_status, sense_len;
};

struct scsi_pass {
	void *mode;
	EFI_STATUS (EFIAPI *pass)(struct scsi_pass *this, UINT8 *target, UINT64 lun,
				  struct scsi_packet *packet, EFI_EVENT event);
	EFI_STATUS (EFIAPI *next)(struct scsi_pass *this, UINT8 **target, UINT64 *lun);
};

static void eject_all(struct scsi_pass *s)
{
	UINT8 target[TARGET_BYTES], *t = target;
	UINT64 lun = 0;

	for (unsigned int i = 0; i < TARGET_BYTES; i++)
		target[i] = 0xff;
	while (!s->next(s, &t, &lun)) {
		UINT8 cdb[12] = { 0x1b, 0, 0, 0, 0x02 }, sense[64];
		struct scsi_packet p = { .timeout = TIMEOUT_100NS, .sense = sense, .cdb = cdb,
					 .cdb_len = sizeof(cdb), .sense_len = sizeof(sense) };

		s->pass(s, t, lun, &p, NULL);
	}
}

static void eject(EFI_SYSTEM_TABLE *st)
{
	static EFI_GUID guid = SCSI_PASS_GUID;
	EFI_HANDLE *handles = NULL;
	struct scsi_pass *s;
	UINTN n = 0;

	if (st->BootServices->LocateHandleBuffer(ByProtocol, &guid, NULL, &n, &handles))
		return;
	for (UINTN i = 0; i < n; i++)
		if (!st->BootServices->HandleProtocol(handles[i], &guid, (void **)&s))
			eject_all(s);
	say_line("eject");
}

static int started_before(EFI_SYSTEM_TABLE *st)
{
	UINT8 one = 1;
	UINTN size = sizeof(one);
	int before = !st->RuntimeServices->GetVariable(variable_name, &variable_guid, NULL, &size, &one);

	one = 1;
	st->RuntimeServices->SetVariable(variable_name, &variable_guid,
					 EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS,
					 sizeof(one), &one);
	return before;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	(void)image;
	if (started_before(st)) {
		keys(st, 5, 0);
		say_line(keys(st, QUIET_STEPS, 0) ? "again keys" : "again quiet");
		eject(st);
		/* igvm has its time to hear of it. */
		keys(st, QUIET_STEPS, 0);
		st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	}
	say_line("waiting");
	if (!keys(st, WAIT_STEPS, 1)) {
		say_line("no key");
		st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	}
	say_line("key");
	each_disc(st, read_on);
	each_disc(st, look_at_disc);
	/* What was pressed while the disc was read is nobody's any more. */
	keys(st, 20, 0);
	say_line("reset");
	st->RuntimeServices->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
	return EFI_SUCCESS;
}
