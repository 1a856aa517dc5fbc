/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qmp/qmp_scan.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct cursor {
	char *text;
	size_t n, at;
};

/* At an opening quote: step behind the closing one. */
static bool skip_string(struct cursor *c, const char **body, size_t *len)
{
	size_t start = ++c->at;

	while (c->at < c->n && c->text[c->at] != '"')
		c->at += c->text[c->at] == '\\' ? 2 : 1;
	if (c->at >= c->n)
		return false;
	*body = c->text + start;
	*len = c->at++ - start;
	return true;
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* Does this make a number a real, or belong to one? */
static bool is_real(char ch)
{
	return ch == '.' || ch == 'e' || ch == 'E';
}

/* Does the integer of @len digits fit int64? */
static bool fits(const char *digits, size_t len, bool negative)
{
	const char *max = negative ? "9223372036854775808" : "9223372036854775807";

	return len < 19 || (len == 19 && memcmp(digits, max, 19) <= 0);
}

/* At the first digit or sign of a number: step behind it. */
static void skip_number(struct cursor *c)
{
	bool negative = c->text[c->at] == '-';
	size_t start = c->at + negative;

	c->at = start;
	while (c->at < c->n && is_digit(c->text[c->at]))
		c->at++;
	if (c->at < c->n && is_real(c->text[c->at])) {
		while (c->at < c->n && (is_digit(c->text[c->at]) || is_real(c->text[c->at]) ||
					c->text[c->at] == '+' || c->text[c->at] == '-'))
			c->at++;
		return;
	}
	if (!fits(c->text + start, c->at - start, negative))
		memcpy(c->text + c->at - 2, "e2", 2);
}

/* A string at nesting 1: the value of "event", if the key before it said so. */
static void note_string(struct qmp_scan *out, bool *is_event, bool is_value, const char *body,
			size_t len)
{
	if (!is_value)
		*is_event = len == 5 && !memcmp(body, "event", 5);
	else if (*is_event && !out->event) {
		out->event = body;
		out->event_len = len;
	}
}

int qmp_scan(char *text, size_t n, const struct qmp_limits *limits, struct qmp_scan *out)
{
	struct cursor c = { text, n, 0 };
	bool is_event = false, is_value = false;
	unsigned depth = 0;
	const char *body;
	size_t len;

	*out = (struct qmp_scan){ 0 };
	if (n > limits->message)
		return -E2BIG;
	if (!n || text[0] != '{')
		return -EBADMSG;
	while (c.at < n) {
		char ch = text[c.at];

		if (ch == '"') {
			if (!skip_string(&c, &body, &len))
				return -EBADMSG;
			if (depth == 1)
				note_string(out, &is_event, is_value, body, len);
			continue;
		}
		if (is_digit(ch) || ch == '-') {
			skip_number(&c);
			continue;
		}
		c.at++;
		if (ch == '{' || ch == '[') {
			if (++depth > out->nesting)
				out->nesting = depth;
		} else if (ch == '}' || ch == ']') {
			if (!depth-- || (!depth && c.at < n))
				return -EBADMSG;
			continue;
		} else if (ch == ':' || ch == ',') {
			if (depth == 1)
				is_value = ch == ':';
		} else {
			continue;
		}
		if (++out->tokens > limits->tokens || depth > limits->nesting)
			return -E2BIG;
	}
	return depth ? -EBADMSG : 0;
}
