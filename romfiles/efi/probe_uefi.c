/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The probe under UEFI: a boot service driver in the option ROM, behind the
 * assignment driver, because Secure Boot verifies everything but option ROMs.
 *
 * Theory of operation
 *
 * At load time it only asks to be called: at ReadyToBoot, when the firmware
 * has done all it does for an operating system, or by a timer when no boot
 * option is ever tried. Whichever comes first closes both. The report itself
 * uses no memory but the image's own, for the map must not change under it;
 * only the buffer of GetMemoryMap() is allocated, and freed before.
 */
#include "romfiles/efi/guest_probe.h"
#include "romfiles/efi/port.h"
#include "romfiles/efi/uefi.h"
#include "romfiles/efi/uefi_map.h"

/*
 * Longer than any firmware's boot timeout in a VM, and than what TCG needs
 * from here to the first boot option.
 */
#define FALLBACK_SECONDS 30
#define SECOND UINT64_C(10000000) /* of SetTimer(): 100 ns units */

/* EFI_EVENT_GROUP_READY_TO_BOOT (UEFI 2.10, 7.1.2); gnu-efi 3.0.15 lacks it. */
#define READY_TO_BOOT \
	{ 0x7ce88fb3, 0x4bd7, 0x4679, { 0x87, 0xa8, 0xa8, 0xd8, 0xde, 0xe5, 0x0d, 0x2b } }

static EFI_SYSTEM_TABLE *st;
static EFI_EVENT ready_event, timer_event;
static EFI_TPL quiet_tpl;
static struct memmap map;
static struct emit emit;

/* --- subjects of UEFI alone ------------------------------------------------------- */

/* Does a device path begin PciRoot(0)/Pci(2,0)? */
static bool path_is_igd(EFI_HANDLE handle)
{
	EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_DEVICE_PATH *node;
	PCI_DEVICE_PATH *pci;

	if (EFI_ERROR(st->BootServices->HandleProtocol(handle, &guid, (void **)&node)))
		return false;
	if (DevicePathType(node) != ACPI_DEVICE_PATH || ((ACPI_HID_DEVICE_PATH *)node)->UID)
		return false;
	node = NextDevicePathNode(node);
	if (DevicePathType(node) != HARDWARE_DEVICE_PATH ||
	    DevicePathSubType(node) != HW_PCI_DP)
		return false;
	pci = (PCI_DEVICE_PATH *)node;
	return pci->Device == 2 && pci->Function == 0;
}

/* All handles with a protocol; free with FreePool() when not NULL. */
static UINTN handles_with(EFI_GUID *guid, EFI_HANDLE **handles)
{
	UINTN n = 0;

	*handles = NULL;
	if (EFI_ERROR(st->BootServices->LocateHandleBuffer(ByProtocol, guid, NULL, &n,
							   handles)))
		return 0;
	return n;
}

static const char *format_word(EFI_GRAPHICS_PIXEL_FORMAT format)
{
	static const char *const words[PixelFormatMax] = {
		[PixelRedGreenBlueReserved8BitPerColor] = "rgb",
		[PixelBlueGreenRedReserved8BitPerColor] = "bgr",
		[PixelBitMask] = "mask",
		[PixelBltOnly] = "blt",
	};

	return (unsigned int)format < PixelFormatMax ? words[format] : "unknown";
}

static void read_mode(EFI_HANDLE handle, EFI_GUID *guid, struct probe_gop *g)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;

	if (EFI_ERROR(st->BootServices->HandleProtocol(handle, guid, (void **)&gop)) ||
	    !gop->Mode || !gop->Mode->Info)
		return;
	info = gop->Mode->Info;
	g->format = format_word(info->PixelFormat);
	g->blt_only = info->PixelFormat == PixelBltOnly;
	g->width = info->HorizontalResolution;
	g->height = info->VerticalResolution;
	g->stride = info->PixelsPerScanLine;
	g->mode = gop->Mode->Mode;
	g->modes = gop->Mode->MaxMode;
	g->base = gop->Mode->FrameBufferBase;
	g->bytes = gop->Mode->FrameBufferSize;
}

/* The console splitter's output has no device path; it is nobody's screen. */
static void gop_find(void *ctx, struct probe_gop *g)
{
	EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID, path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_HANDLE *handles, shown = NULL;
	UINTN n = handles_with(&guid, &handles);
	void *unused;

	(void)ctx;
	for (UINTN i = 0; i < n; i++) {
		bool igd;

		if (EFI_ERROR(st->BootServices->HandleProtocol(handles[i], &path, &unused)))
			continue;
		igd = path_is_igd(handles[i]);
		if (!g->count++ || (igd && !g->on_device))
			shown = handles[i];
		g->on_device |= igd;
	}
	if (shown)
		read_mode(shown, &guid, g);
	if (handles)
		st->BootServices->FreePool(handles);
}

static void emit_flag(struct emit *e, const char *key, CHAR16 *name)
{
	EFI_GUID guid = EFI_GLOBAL_VARIABLE;
	UINT8 value = 0;
	UINTN bytes = sizeof(value);

	if (EFI_ERROR(st->RuntimeServices->GetVariable(name, &guid, NULL, &bytes, &value)))
		emit_null(e, key);
	else
		emit_bool(e, key, value == 1);
}

static void say_more(void *ctx, struct emit *e)
{
	(void)ctx;
	emit_open(e, "secure-boot");
	emit_flag(e, "enabled", L"SecureBoot");
	emit_flag(e, "setup_mode", L"SetupMode");
	emit_close(e);
}

/* --- environment ------------------------------------------------------------------ */

static const uint8_t *memory(void *ctx, uint64_t address)
{
	(void)ctx;
	return uefi_at(address);
}

/* Memory maps 1:1 here. */
static uint8_t dma[PROBE_DMA_BYTES] __attribute__((aligned(PROBE_DMA_BYTES)));

static uint32_t mmio_read(void *ctx, uint64_t address)
{
	(void)ctx;
	return *(volatile uint32_t *)uefi_at(address);
}

static void mmio_write(void *ctx, uint64_t address, uint32_t value)
{
	(void)ctx;
	*(volatile uint32_t *)uefi_at(address) = value;
}

static uint32_t io_read(void *ctx, uint16_t port)
{
	(void)ctx;
	return port_read32(port);
}

static void quiet(void *ctx, bool on)
{
	(void)ctx;
	if (on)
		quiet_tpl = st->BootServices->RaiseTPL(TPL_HIGH_LEVEL);
	else
		st->BootServices->RestoreTPL(quiet_tpl);
}

/* The copy of the option ROM that the PCI bus driver made for 00:02.0. */
static struct span rom_find(void)
{
	EFI_GUID guid = EFI_PCI_IO_PROTOCOL_GUID;
	EFI_HANDLE *handles;
	UINTN n = handles_with(&guid, &handles), segment, bus, dev, fn;
	struct span rom = { NULL, 0 };
	EFI_PCI_IO *pci;

	for (UINTN i = 0; i < n; i++) {
		if (EFI_ERROR(st->BootServices->HandleProtocol(handles[i], &guid,
							       (void **)&pci)) ||
		    EFI_ERROR(pci->GetLocation(pci, &segment, &bus, &dev, &fn)))
			continue;
		if (!segment && !bus && dev == 2 && !fn && pci->RomImage)
			rom = (struct span){ pci->RomImage, pci->RomSize };
	}
	if (handles)
		st->BootServices->FreePool(handles);
	return rom;
}

/*
 * The highest address that the firmware's 1:1 mapping is sure to cover: what
 * the CPU can address (CPUID 0x80000008), as OVMF maps all of it, but never
 * more than four-level paging reaches.
 */
static uint64_t address_reach(void)
{
	uint32_t a = 0x80000000, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (a < 0x80000008)
		return UINT64_C(0xffffffff);
	a = 0x80000008;
	c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	a &= 0xff;
	return (UINT64_C(1) << (a < 32 ? 32 : a > 47 ? 47 : a)) - 1;
}

static void report(void)
{
	struct probe_env env = {
		.firmware = "uefi",
		.pci = { port_config_read, port_config_write, NULL },
		.emit = &emit,
		.map = &map,
		.reach = address_reach(),
		.memory = memory,
		.mmio_read = mmio_read,
		.mmio_write = mmio_write,
		.dma = dma,
		.dma_address = (uintptr_t)dma,
		.io_read = io_read,
		.quiet = quiet,
		.rom = rom_find(),
		.rom_where = "firmware",
		.gop = gop_find,
		.more = say_more,
	};

	emit.prefix = REPORT_PROBE_PREFIX;
	emit.kind = "probe";
	emit.put = port_put;
	uefi_map_read(st->BootServices, &map);
	probe_run(&env);
}

/* --- when ------------------------------------------------------------------------- */

static void close_events(void)
{
	if (ready_event)
		st->BootServices->CloseEvent(ready_event);
	if (timer_event)
		st->BootServices->CloseEvent(timer_event);
	ready_event = timer_event = NULL;
}

static void EFIAPI now(EFI_EVENT event, void *ctx)
{
	(void)event;
	(void)ctx;
	if (!ready_event && !timer_event)
		return;
	close_events();
	report();
}

static EFI_STATUS EFIAPI unload(EFI_HANDLE image)
{
	(void)image;
	close_events();
	return EFI_SUCCESS;
}

static EFI_STATUS open_events(void)
{
	EFI_GUID group = READY_TO_BOOT;
	EFI_BOOT_SERVICES *bs = st->BootServices;
	EFI_STATUS status;

	status = bs->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, now, NULL, &group,
				   &ready_event);
	if (EFI_ERROR(status))
		return status;
	status = bs->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, now, NULL,
				 &timer_event);
	if (EFI_ERROR(status))
		return status;
	return bs->SetTimer(timer_event, TimerRelative, FALLBACK_SECONDS * SECOND);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_STATUS status;

	st = table;
	status = uefi_on_unload(st->BootServices, image, unload);
	if (!EFI_ERROR(status))
		status = open_events();
	if (EFI_ERROR(status))
		close_events();
	return status;
}
