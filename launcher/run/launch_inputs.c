/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB devices and PipeWire, opened while we are root, and the note of them for the supervisor. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/inputs_note.h"
#include "launcher/run/launch_parts.h"
#include "launcher/run/usb_open.h"

int launch_usb(struct launching *s, const struct plan_fd *f)
{
	const struct plan_usb *u = &s->p->usb[f->index];
	struct usb_device d = { .bus = u->bus, .dev = u->dev };
	int fd = usb_open(s->sysroot, &d);

	if (fd == -ENOENT || fd == -ENODEV)
		return launch_fail(s, -fd, _("[usb %s]: the device at port %s was unplugged just now"),
				   u->wish.name, u->port);
	if (fd == -EACCES)
		return launch_fail(s, EACCES, _("[usb %s]: %s: permission denied; a rule for udev can give you "
						"the device, or make it a VM of the system"), u->wish.name,
				   f->path);
	if (fd < 0)
		return launch_fail(s, -fd, _("%s: cannot be opened: %s"), f->path, strerror(-fd));
	return fd;
}

/*
 * The folder of the socket is its user's alone. A descriptor of the socket itself is all that
 * connect() wants, as /proc/self/fd/N, and the right to write it, which everybody has.
 */
int launch_pipewire(struct launching *s)
{
	const struct passwd *pw = getpwnam(s->p->audio_user);
	_fd_ int fd = -1;
	char path[PATH_MAX];
	struct stat st;

	if (!pw)
		return launch_fail(s, ENOENT, _("audio = pipewire:%s: this host has no such user"),
				   s->p->audio_user);
	if (!str_print(path, sizeof(path), "%s/run/user/%u/pipewire-0",
		       strcmp(s->sysroot, "/") ? s->sysroot : "", (unsigned int)pw->pw_uid))
		return launch_fail(s, ENAMETOOLONG, "%s: %s", s->sysroot, strerror(ENAMETOOLONG));
	fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return launch_fail(s, errno, _("%s: %s; %s has to be logged in, with PipeWire"), path,
				   strerror(errno), s->p->audio_user);
	if (!S_ISSOCK(st.st_mode) || st.st_uid != pw->pw_uid)
		return launch_fail(s, EINVAL, _("%s: is no socket of %s"), path, s->p->audio_user);
	return TAKE_FD(fd);
}

int launch_inputs_note(struct launching *s)
{
	struct inputs_note n = { 0 };
	int r;

	for (size_t i = 0; i < s->p->n_usb; i++)
		n.usb[n.n_usb++] = s->p->usb[i].wish;
	for (size_t i = 0; i < s->p->n_evdev; i++)
		n.evdev[n.n_evdev++] = s->p->evdev[i].wish;
	r = inputs_note_write(s->run_fd, &n);
	return r ? launch_fail(s, -r, _("%s/inputs.json: cannot be written: %s"), s->p->run_dir,
			       strerror(-r)) : 0;
}
