/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What modprobe does with a module, as modprobe.d(5) has it: which files
 * count, what they say, and where each value stands. The same reader takes
 * the copies that are in an initramfs.
 */
#ifndef IGVM_FACTS_MODPROBE_H
#define IGVM_FACTS_MODPROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/facts/cmdline.h"
#include "launcher/facts/host_tree.h"

enum modprobe_word {
	MODPROBE_OPTIONS, MODPROBE_SOFTDEP, MODPROBE_BLACKLIST, MODPROBE_INSTALL, MODPROBE_REMOVE,
	MODPROBE_ALIAS,
};

/** struct modprobe_rule - one line, continuation lines joined */
struct modprobe_rule {
	enum modprobe_word word;
	char name[96];		/* module or alias, '-' turned into '_' outside brackets */
	char *value;		/* owned; the rest of the line, "" for blacklist */
	uint16_t file;		/* index into file */
	uint32_t line;		/* first line of it, from 1 */
};

struct modprobe_file {
	char path[256];		/* "/etc/modprobe.d/vfio.conf" */
	int64_t mtime;		/* seconds; 0 unknown */
};

/** struct modprobe_load - a module that is loaded at boot by name */
struct modprobe_load {
	char name[96];		/* '-' turned into '_' */
	char path[256];		/* "/etc/modules-load.d/vfio.conf", "/etc/modules" */
	uint32_t line;
};

#define MODPROBE_FILES_MAX	256
#define MODPROBE_RULES_MAX	8192
#define MODPROBE_LOADS_MAX	256

struct modprobe {
	struct modprobe_rule *rule;	/* owned, in the order modprobe reads them */
	size_t n_rules;
	struct modprobe_file *file;	/* owned; those that count, masked ones left out */
	size_t n_files;
	struct modprobe_load *load;	/* owned: modules-load.d and /etc/modules */
	size_t n_loads;
	size_t unread;		/* files that exist and could not be read (no permission, above
				 * 1 MiB, not a file) or did not fit: what is missing is unknown */
};

/** enum modprobe_kind - what a kernel has of a module */
enum modprobe_kind { MODPROBE_KIND_UNKNOWN, MODPROBE_ABSENT, MODPROBE_MODULE, MODPROBE_BUILTIN };

/**
 * modprobe_read() - read modprobe.d, modules-load.d and /etc/modules below @t
 *
 * Directories by precedence: etc, run, usr/local/lib, usr/lib, lib; a file masks one of the same name in
 * a later directory; *.conf alone; read in the order of their names. *@m is zeroed first; modprobe_done() it
 * afterwards. 0 or -ENOMEM; what cannot be read is counted.
 */
nodiscard_ int modprobe_read(const struct tree *t, struct modprobe *m);

/**
 * modprobe_add_text() - add what one file says; @path is what findings will name
 *
 * Files are to be added in the order modprobe reads them. NUL bytes end a line's text. 0 or -ENOMEM.
 */
nodiscard_ int modprobe_add_text(struct modprobe *m, const char *path, int64_t mtime,
				 const char *text, size_t len);

/** modprobe_add_loads() - add the names of a modules-load.d file or of /etc/modules; 0 or -ENOMEM */
nodiscard_ int modprobe_add_loads(struct modprobe *m, const char *path, const char *text,
				  size_t len);

/** modprobe_done() - release what *@m owns; harmless on a zeroed or released one */
void modprobe_done(struct modprobe *m);

/** modprobe_find() - index of the next rule of this word and module at or after @from, else n_rules */
size_t modprobe_find(const struct modprobe *m, enum modprobe_word word, const char *module,
		     size_t from);

/** modprobe_has() - is there a rule of the same word, module and value as @r? */
bool modprobe_has(const struct modprobe *m, const struct modprobe_rule *r);

/** modprobe_loads() - the entry by which @module is loaded at boot, NULL when by none */
const struct modprobe_load *modprobe_loads(const struct modprobe *m, const char *module);

/**
 * modprobe_blacklisted() - is the automatic loading of @module by its alias off?
 *
 * By a file (*@rule is its index) or the command line (*@rule is n_rules). @c may be NULL. A blacklist
 * does not stop a load by name, nor one as a dependency.
 */
bool modprobe_blacklisted(const struct modprobe *m, const struct cmdline *c, const char *module,
			  size_t *rule);

/** modprobe_blocked() - has @module an install line that loads nothing (/bin/true, /bin/false)? as above */
bool modprobe_blocked(const struct modprobe *m, const char *module, size_t *rule);

/** modprobe_before() - does a softdep load @first before @module? its index, else n_rules */
size_t modprobe_before(const struct modprobe *m, const char *first, const char *module);

/**
 * modprobe_option() - value of option @key of @module in one rule, into @buf
 *
 * "ids=8086:4682" of an options line; "" without '='. false: the rule has no such option, or it does not
 * fit. The last one in a line wins, as in the kernel.
 */
bool modprobe_option(const struct modprobe_rule *r, const char *key, char *buf, size_t size);

/** modprobe_where() - "/etc/modprobe.d/vfio.conf:3" into @buf, for findings; returns @buf */
const char *modprobe_where(const struct modprobe *m, size_t rule, char *buf, size_t size);

/**
 * modprobe_kinds() - what kernel @release has of each of @n @modules
 *
 * From modules.builtin and modules.dep; a file that cannot be read leaves what it would have told unknown.
 */
void modprobe_kinds(const struct tree *t, const char *release, const char *const *modules,
		    size_t n, enum modprobe_kind *kinds);

#endif
