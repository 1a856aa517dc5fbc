/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The password and the product key: out of a file, or asked on the terminal
 * without an echo; never on argv, never invented but for a Linux guest's
 * password, which is then printed once.
 */
#include <crypt.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>

#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/create.h"

#define SECRET_FILE_MAX	4096u
#define MADE_LETTERS	12

char *create_hash(const char *password)
{
	char *salt = crypt_gensalt_ra("$6$", 0, NULL, 0), *hash = NULL;
	void *work = NULL;
	int size = 0;

	if (salt) {
		const char *h = crypt_ra(password, salt, &work, &size);

		if (h && *h == '$')
			hash = strdup(h);
	}
	free(salt);
	if (work)
		explicit_bzero(work, (size_t)size);
	free(work);
	return hash;
}

/* The first line of @file. */
static int read_file(const char *file, char *secret, size_t size)
{
	_free_ char *text = NULL;
	size_t len = 0;
	int r = file_read_at(AT_FDCWD, file, SECRET_FILE_MAX, &text, &len);
	size_t line = r ? 0 : strcspn(text, "\r\n");

	if (!r && strlen(text) != len)
		r = -EINVAL;
	if (r) {
		say(_("%s: cannot be read as a secret: %s"), file, strerror(-r));
		return r == -EACCES ? EXIT_PRIVILEGE : EXIT_USAGE;
	}
	text[line] = '\0';
	r = str_copy(secret, size, text) ? EXIT_OK : EXIT_USAGE;
	explicit_bzero(text, len);
	if (r)
		say(_("%s: its first line is longer than %zu bytes"), file, size - 1);
	return r;
}

bool create_ask(const char *prompt, bool echo, char *line, size_t size)
{
	_file_ FILE *tty = fopen("/dev/tty", "r+e");
	struct termios before, quiet;
	bool ok;

	if (!tty || !isatty(STDIN_FILENO) || tcgetattr(fileno(tty), &before))
		return false;
	quiet = before;
	if (!echo)
		quiet.c_lflag &= ~(tcflag_t)ECHO;
	fprintf(tty, "%s", prompt);
	fflush(tty);
	tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
	ok = fgets(line, (int)size, tty) != NULL;
	tcsetattr(fileno(tty), TCSAFLUSH, &before);
	if (!echo)
		fputc('\n', tty);
	if (ok)
		line[strcspn(line, "\r\n")] = '\0';
	return ok;
}

/* Letters that nobody confuses. */
static int make_password(struct create *c)
{
	static const char letters[32] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t random[MADE_LETTERS];

	if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
		say(_("no random numbers for a password: %s"), strerror(errno));
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < sizeof(random); i++)
		c->password[i] = letters[random[i] % sizeof(letters)];
	c->password[sizeof(random)] = '\0';
	c->password_made = true;
	return EXIT_OK;
}

static bool is_clean(const char *s)
{
	char copy[CREATE_TEXT_MAX];

	str_fit(copy, sizeof(copy), s);
	str_sanitize(copy);
	return !strcmp(copy, s) && !strchr(s, '\t');
}

static int take_password(struct create *c)
{
	bool windows = c->base.os == OS_WINDOWS;
	char again[CREATE_TEXT_MAX] = "";

	if (c->o.password_file) {
		int r = read_file(c->o.password_file, c->password, sizeof(c->password));

		if (r)
			return r;
	} else if (create_ask(windows ? _("Password of the account in Windows: ") :
				 _("Password in the guest (Enter: one is made): "), false, c->password,
		       sizeof(c->password)) && *c->password) {
		create_ask(_("Once more: "), false, again, sizeof(again));
		if (strcmp(again, c->password)) {
			say(_("the two passwords differ"));
			return EXIT_USAGE;
		}
	}
	explicit_bzero(again, sizeof(again));
	if (!is_clean(c->password)) {
		say(_("the password holds a control character, or is not UTF-8"));
		return EXIT_USAGE;
	}
	if (*c->password)
		return EXIT_OK;
	if (!windows)
		return make_password(c);
	say(_("--unattended needs a password for the account: call it from a terminal, or give "
	      "--password-file FILE"));
	return EXIT_USAGE;
}

/* Five times five letters and digits (Microsoft's form); lower case is raised. */
static bool is_key(char *key)
{
	for (size_t i = 0; i < 29; i++) {
		key[i] = (char)toupper((unsigned char)key[i]);
		if (i % 6 == 5 ? key[i] != '-' : !isalnum((unsigned char)key[i]))
			return false;
	}
	return !key[29];
}

static int take_key(struct create *c)
{
	if (c->o.key_file) {
		int r = read_file(c->o.key_file, c->key, sizeof(c->key));

		if (r)
			return r;
	} else if (!create_ask(_("Windows product key (Enter: set-up asks): "), true, c->key, sizeof(c->key))) {
		*c->key = '\0';
	}
	if (!*c->key || is_key(c->key))
		return EXIT_OK;
	say(_("a product key has the form XXXXX-XXXXX-XXXXX-XXXXX-XXXXX"));
	return EXIT_USAGE;
}

int create_secrets(struct create *c)
{
	bool windows = c->base.os == OS_WINDOWS;
	int r;

	if (windows && !c->o.unattended)
		return EXIT_OK;
	r = take_password(c);
	return r || !windows ? r : take_key(c);
}
