/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a Remote Desktop server answer? */
#ifndef IGVM_RUN_RDP_H
#define IGVM_RUN_RDP_H

#include <stdbool.h>

/**
 * rdp_answers() - does a server at 127.0.0.1:@port answer the first message of RDP within @timeout_ms?
 *
 * A connection alone tells nothing: whoever forwards the port takes it before the guest is asked.
 * What is sent is an X.224 Connection Request with an RDP Negotiation Request (MS-RDPBCGR
 * 2.2.1.1); any Connection Confirm is an answer. Nothing is logged in.
 */
bool rdp_answers(unsigned int port, unsigned int timeout_ms);

#endif
