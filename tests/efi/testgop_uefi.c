/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A test double of a GOP driver, for simulated devices only.
 *
 * Theory of operation
 *
 * It stands where the owner's Intel GOP driver stands in a real ROM: a UEFI
 * driver with a binding for the display function 8086 at 00:02.0, which starts
 * only with a VBT from PLATFORM_GOP_POLICY_PROTOCOL whose checksum is right.
 * Then it makes one child handle with one mode, whose frame buffer is the
 * start of BAR 2. A simulated aperture is plain memory; a real one shows
 * nothing before the GTT is set up, so this driver is of no use there.
 *
 * What it sees goes to port 0x402, prefix "igvm-testgop: ": begin; start
 * (result installed, or refused with an error), again only when it changes;
 * picture, at ReadyToBoot: how many pixels are lit, and whether the aperture
 * kept them.
 */
#include "romfiles/efi/emit.h"
#include "romfiles/efi/gop_policy.h"
#include "romfiles/efi/pci.h"
#include "romfiles/efi/port.h"
#include "romfiles/efi/uefi.h"
#include "tests/efi/blt.h"
#include "tests/efi/gop_vbt.h"

#define WIDTH 640u /* OVMF's text console wants 80 x 25 characters of 8 x 19 */
#define HEIGHT 480u
#define FRAME_BYTES (WIDTH * HEIGHT * 4u)
#define CHECKED_PIXELS 2048

/* _ADR of a display output (ACPI 6.5, B.4.2): monitor 0 on port 0, by index. */
#define OUTPUT_ADR 0x80010100u

/* EFI_EVENT_GROUP_READY_TO_BOOT (UEFI 2.10, 7.1.2). */
#define READY_TO_BOOT \
	{ 0x7ce88fb3, 0x4bd7, 0x4679, { 0x87, 0xa8, 0xa8, 0xd8, 0xde, 0xe5, 0x0d, 0x2b } }

static EFI_BOOT_SERVICES *bs;
static EFI_GUID pci_io_guid = EFI_PCI_IO_PROTOCOL_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
static const struct pci_access pci = { port_config_read, port_config_write, NULL };

static struct emit emit = { .prefix = "igvm-testgop: ", .kind = "testgop", .put = port_put };

/* --- the output protocol ------------------------------------------------------------ */

static struct screen screen = { .width = WIDTH, .height = HEIGHT };
static EFI_HANDLE child;
static EFI_EVENT ready_event;
static EFI_DEVICE_PATH *child_path;

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info = {
	.HorizontalResolution = WIDTH,
	.VerticalResolution = HEIGHT,
	.PixelFormat = PixelBlueGreenRedReserved8BitPerColor,
	.PixelsPerScanLine = WIDTH,
};

static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode = {
	.MaxMode = 1,
	.Info = &info,
	.SizeOfInfo = sizeof(info),
	.FrameBufferSize = FRAME_BYTES,
};

static EFI_STATUS EFIAPI query_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this, UINT32 number, UINTN *size,
				    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **out)
{
	EFI_STATUS status;

	if (!this || !size || !out || number >= mode.MaxMode)
		return EFI_INVALID_PARAMETER;
	status = bs->AllocatePool(EfiBootServicesData, sizeof(info), (void **)out);
	if (EFI_ERROR(status))
		return status;
	**out = info;
	*size = sizeof(info);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this, UINT32 number)
{
	struct blt_area all = { .width = WIDTH, .height = HEIGHT };
	uint32_t black = 0;

	if (!this || number >= mode.MaxMode)
		return EFI_UNSUPPORTED;
	blt_run(&screen, &black, BLT_FILL, &all, 0);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI blt(EFI_GRAPHICS_OUTPUT_PROTOCOL *this,
			     EFI_GRAPHICS_OUTPUT_BLT_PIXEL *buffer,
			     EFI_GRAPHICS_OUTPUT_BLT_OPERATION operation, UINTN sx, UINTN sy,
			     UINTN dx, UINTN dy, UINTN width, UINTN height, UINTN delta)
{
	struct blt_area a = { sx, sy, dx, dy, width, height };

	return this && blt_run(&screen, (uint32_t *)buffer, (unsigned int)operation, &a,
			       delta) ?
		       EFI_SUCCESS : EFI_INVALID_PARAMETER;
}

static EFI_GRAPHICS_OUTPUT_PROTOCOL gop = {
	.QueryMode = query_mode,
	.SetMode = set_mode,
	.Blt = blt,
	.Mode = &mode,
};

static void EFIAPI say_picture(EFI_EVENT event, void *ctx)
{
	(void)event;
	(void)ctx;
	emit_open(&emit, "picture");
	emit_num(&emit, "lit", blt_lit(&screen));
	emit_bool(&emit, "kept", blt_kept(&screen, CHECKED_PIXELS));
	emit_close(&emit);
}

/* --- the table ------------------------------------------------------------------------ */

/* NULL: a good one of *@bytes bytes; else why there is none. */
static const char *ask_policy(UINT32 *bytes)
{
	EFI_GUID guid = GOP_POLICY_GUID;
	EFI_PHYSICAL_ADDRESS address = 0;
	struct gop_policy *policy;
	EFI_STATUS status;

	if (EFI_ERROR(bs->LocateProtocol(&guid, NULL, (void **)&policy)))
		return "no-policy";
	if (policy->revision != GOP_POLICY_REVISION)
		return "policy-revision";
	status = policy->vbt(&address, bytes);
	if (status == EFI_NOT_READY)
		return "policy-not-ready";
	if (EFI_ERROR(status) || !address)
		return "policy-refuses";
	return gop_vbt_error((struct span){ uefi_at(address), *bytes });
}

/* --- start and stop --------------------------------------------------------------------- */

static uint64_t aperture(void)
{
	uint64_t base = pci_read32(&pci, PCI_IGD, PCI_CFG_BAR(2));

	if ((base & 6) == 4)
		base |= (uint64_t)pci_read32(&pci, PCI_IGD, PCI_CFG_BAR(3)) << 32;
	return base & ~UINT64_C(0xf);
}

/* The device's path with the output behind it; *@out from the pool. */
static EFI_STATUS make_path(EFI_DEVICE_PATH *parent, EFI_DEVICE_PATH **out)
{
	ACPI_ADR_DEVICE_PATH adr = { .ADR = OUTPUT_ADR };
	EFI_DEVICE_PATH *node = parent, end;
	UINTN bytes;
	EFI_STATUS status;
	uint8_t *at;

	while (!IsDevicePathEnd(node))
		node = NextDevicePathNode(node);
	bytes = (UINTN)((uint8_t *)node - (uint8_t *)parent);
	status = bs->AllocatePool(EfiBootServicesData, bytes + sizeof(adr) + sizeof(end),
				  (void **)&at);
	if (EFI_ERROR(status))
		return status;
	*out = (EFI_DEVICE_PATH *)at;
	adr.Header.Type = ACPI_DEVICE_PATH;
	adr.Header.SubType = ACPI_ADR_DP;
	SetDevicePathNodeLength(&adr.Header, sizeof(adr));
	SetDevicePathEndNode(&end);
	memcpy(at, parent, bytes);
	memcpy(at + bytes, &adr, sizeof(adr));
	memcpy(at + bytes + sizeof(adr), &end, sizeof(end));
	return EFI_SUCCESS;
}

static void drop_memory(void)
{
	if (ready_event)
		bs->CloseEvent(ready_event);
	if (child_path)
		bs->FreePool(child_path);
	if (screen.shadow)
		bs->FreePages((uintptr_t)screen.shadow, EFI_SIZE_TO_PAGES(FRAME_BYTES));
	ready_event = NULL;
	child_path = NULL;
	screen.shadow = NULL;
}

static EFI_STATUS take_memory(EFI_HANDLE device)
{
	EFI_PHYSICAL_ADDRESS at = 0;
	EFI_GUID group = READY_TO_BOOT;
	EFI_DEVICE_PATH *path;
	EFI_STATUS status;

	status = bs->HandleProtocol(device, &path_guid, (void **)&path);
	if (!EFI_ERROR(status))
		status = make_path(path, &child_path);
	if (!EFI_ERROR(status))
		status = bs->AllocatePages(AllocateAnyPages, EfiBootServicesData,
					   EFI_SIZE_TO_PAGES(FRAME_BYTES), &at);
	if (EFI_ERROR(status))
		return status;
	screen.shadow = uefi_at(at);
	return bs->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, say_picture, NULL, &group,
				 &ready_event);
}

static EFI_STATUS make_child(EFI_DRIVER_BINDING *this, EFI_HANDLE device)
{
	EFI_STATUS status;
	void *unused;

	child = NULL;
	status = bs->InstallMultipleProtocolInterfaces(&child, &path_guid, child_path, &gop_guid,
						       &gop, NULL);
	if (EFI_ERROR(status))
		return status;
	return bs->OpenProtocol(device, &pci_io_guid, &unused, this->DriverBindingHandle, child,
				EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
}

/* Memory cycles on, frame buffer black, child there. NULL, or what went wrong. */
static const char *show(EFI_DRIVER_BINDING *this, EFI_HANDLE device, EFI_PCI_IO_PROTOCOL *io)
{
	uint64_t base = aperture();

	if (!base)
		return "no-aperture";
	if (EFI_ERROR(io->Attributes(io, EfiPciIoAttributeOperationEnable,
				     EFI_PCI_IO_ATTRIBUTE_MEMORY, NULL)))
		return "no-memory-cycles";
	if (EFI_ERROR(take_memory(device)))
		return "no-memory";
	mode.FrameBufferBase = base;
	screen.device = uefi_at(base);
	blt_clear(&screen);
	return EFI_ERROR(make_child(this, device)) ? "no-child" : NULL;
}

static void say_start(const char *error, UINT32 bytes)
{
	static const char *said = "";

	if (said == error)
		return;
	said = error;
	emit_open(&emit, "start");
	emit_str(&emit, "result", error ? "refused" : "installed");
	if (error) {
		emit_str(&emit, "error", error);
	} else {
		emit_num(&emit, "vbt", bytes);
		emit_num(&emit, "width", WIDTH);
		emit_num(&emit, "height", HEIGHT);
		emit_hex(&emit, "base", mode.FrameBufferBase, 8);
	}
	emit_close(&emit);
}

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING *this, EFI_HANDLE device,
				   EFI_DEVICE_PATH *rest)
{
	UINTN segment, bus, dev, fn;
	EFI_PCI_IO_PROTOCOL *io;
	EFI_STATUS status;

	(void)rest;
	status = bs->OpenProtocol(device, &pci_io_guid, (void **)&io, this->DriverBindingHandle,
				  device, EFI_OPEN_PROTOCOL_BY_DRIVER);
	if (EFI_ERROR(status))
		return status;
	status = io->GetLocation(io, &segment, &bus, &dev, &fn);
	bs->CloseProtocol(device, &pci_io_guid, this->DriverBindingHandle, device);
	if (EFI_ERROR(status))
		return status;
	return !segment && !bus && dev == 2 && !fn && pci_is_igd(&pci, PCI_IGD) ?
		       EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING *this, EFI_HANDLE device, EFI_DEVICE_PATH *rest)
{
	EFI_PCI_IO_PROTOCOL *io;
	UINT32 bytes = 0;
	EFI_STATUS status;
	const char *error;

	(void)rest;
	status = bs->OpenProtocol(device, &pci_io_guid, (void **)&io, this->DriverBindingHandle,
				  device, EFI_OPEN_PROTOCOL_BY_DRIVER);
	if (EFI_ERROR(status))
		return status;
	error = ask_policy(&bytes);
	if (!error)
		error = show(this, device, io);
	say_start(error, bytes);
	if (!error)
		return EFI_SUCCESS;
	drop_memory();
	bs->CloseProtocol(device, &pci_io_guid, this->DriverBindingHandle, device);
	return EFI_DEVICE_ERROR;
}

/* First without the children, then, when there are none, the device. */
static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING *this, EFI_HANDLE device, UINTN n,
			      EFI_HANDLE *children)
{
	EFI_STATUS status;
	void *unused;

	(void)children;
	if (!n)
		return bs->CloseProtocol(device, &pci_io_guid, this->DriverBindingHandle, device);
	bs->CloseProtocol(device, &pci_io_guid, this->DriverBindingHandle, child);
	status = bs->UninstallMultipleProtocolInterfaces(child, &path_guid, child_path, &gop_guid,
							 &gop, NULL);
	if (EFI_ERROR(status)) {
		bs->OpenProtocol(device, &pci_io_guid, &unused, this->DriverBindingHandle, child,
				 EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
		return EFI_DEVICE_ERROR;
	}
	drop_memory();
	return EFI_SUCCESS;
}

/* --- the driver ---------------------------------------------------------------------------- */

static EFI_DRIVER_BINDING binding = {
	.Supported = supported,
	.Start = start,
	.Stop = stop,
	.Version = 0x10,
};

static EFI_STATUS EFIAPI driver_name(EFI_COMPONENT_NAME2 *this, CHAR8 *language, CHAR16 **name)
{
	static CHAR16 text[] = L"igvm test GOP Driver";

	if (!this || !language || !name)
		return EFI_INVALID_PARAMETER;
	*name = text;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI controller_name(EFI_COMPONENT_NAME2 *this, EFI_HANDLE device,
					 EFI_HANDLE of, CHAR8 *language, CHAR16 **name)
{
	(void)this;
	(void)device;
	(void)of;
	(void)language;
	(void)name;
	return EFI_UNSUPPORTED;
}

static EFI_COMPONENT_NAME2 names = {
	.GetDriverName = driver_name,
	.GetControllerName = controller_name,
	.SupportedLanguages = (CHAR8 *)"en",
};

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_GUID binding_guid = EFI_DRIVER_BINDING_PROTOCOL_GUID;
	EFI_GUID names_guid = EFI_COMPONENT_NAME2_PROTOCOL_GUID;

	bs = table->BootServices;
	binding.ImageHandle = binding.DriverBindingHandle = image;
	emit_begin(&emit, NULL);
	return bs->InstallMultipleProtocolInterfaces(&image, &binding_guid, &binding, &names_guid,
						     &names, NULL);
}
