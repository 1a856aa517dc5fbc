/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A service that does nothing: it says that it is ready, and waits to be ended. */
#include <unistd.h>

#include "launcher/run/supervise.h"

int main(void)
{
	supervise_notify("READY=1");
	pause();
	return 0;
}
