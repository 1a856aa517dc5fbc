/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen in the way of a command: say what closes, ask, go on outside the session that
 * closes with it. These functions are part of the commands: they say what is wrong, once.
 */
#ifndef IGVM_HAND_OVER_H
#define IGVM_HAND_OVER_H

#include "launcher/base/paths.h"
#include "launcher/facts/holders.h"

/** struct hand_over - of one device */
struct hand_over {
	const struct paths *paths;
	const char *what;	/* the VM's name, or "selftest": owner of the note, name of the log's folder */
	struct bdf bdf;
	bool yes;		/* do not ask */
	bool vm;		/* @what is a VM */
	struct holders holders;	/* of hand_over_look() */
};

/** hand_over_look() - who is in the way now; EXIT_OK or EXIT_FAILED */
int hand_over_look(struct hand_over *h);

/** hand_over_needed() - does a program or a console have the screen? */
bool hand_over_needed(const struct hand_over *h);

/** hand_over_closes() - would a program of somebody be ended? then it has to be asked */
bool hand_over_closes(const struct hand_over *h);

/**
 * hand_over_agree() - list what closes, ask on the terminal
 *
 * EXIT_OK agreed; EXIT_REFUSED: no, or there is no terminal to ask on and no --yes, or somebody
 * is in the way who is never moved (a VM).
 */
int hand_over_agree(struct hand_over *h);

/**
 * hand_over_leave() - fork; the child goes on outside the session, with its output in a file
 *
 * In the child: 0 (EXIT_FAILED when it cannot leave: nothing was touched). In the parent: the child's pid;
 * -1 when it failed, said. The parent must close its locks, then hand_over_follow().
 */
pid_t hand_over_leave(const struct hand_over *h, int *code);

/** hand_over_follow() - in the parent: print what the child writes until it ends; its exit code */
int hand_over_follow(const struct hand_over *h, pid_t child);

/** hand_over_take() - note, watcher, screen; EXIT_OK, or EXIT_FAILED and given back */
int hand_over_take(struct hand_over *h);

#endif
