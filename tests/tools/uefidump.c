/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * uefidump [--find] [--extract N OUT | --node N OUT] IMAGE
 *
 * Prints the tree of a firmware image, one node a line, and the candidates
 * found. --find skips what only a tree needs and prints candidates alone.
 * --extract writes candidate N, --node the unpacked contents of node N.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "romfiles/uefi/uefi.h"

_Noreturn static void fail(const char *what, const char *why)
{
	fprintf(stderr, "uefidump: %s: %s\n", what, why);
	exit(1);
}

static struct span map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct span s = { NULL, 0 };
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		fail(path, "cannot be opened");
	if (st.st_size > 0) {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED)
			fail(path, "cannot be read");
		s = (struct span){ p, (size_t)st.st_size };
	}
	close(fd);
	return s;
}

static void print_notes(const struct uefi_node *n)
{
	for (enum note_code c = NOTE_UEFI_FIRST; c <= NOTE_UEFI_LAST; c++)
		if (uefi_noted(n, c))
			printf(" !%s", note_id(c));
}

/* depth|kind|type|guid|name-guid|buffer|offset|size|packing|name|notes */
static void print_node(const struct uefi *u, size_t i)
{
	const struct uefi_node *n = &u->node[i];
	char guid[UEFI_GUID_TEXT], name[UEFI_TEXT_MAX];
	const char *type = uefi_type_word(n);

	printf("%u|%s|", n->depth, uefi_kind_word(n->kind));
	if (type)
		printf("%s|", type);
	else
		printf("%02x|", n->type);
	printf("%s|", n->has_guid ? uefi_guid(n->guid, guid) : "");
	printf("%s|", n->has_name_guid ? uefi_guid(n->name_guid, guid) : "");
	printf("%u|%zx|%zx|%s|%s|", n->buffer, n->at, n->size, uefi_packing_word(n->packing),
	       uefi_name(u, i, name));
	print_notes(n);
	putchar('\n');
}

static void print_candidate(const struct uefi *u, const struct uefi_candidate *c)
{
	char guid[UEFI_GUID_TEXT], name[UEFI_TEXT_MAX];

	printf("candidate|%s|%s|", uefi_what_word(c->what), c->by_content ? "content" : "guid");
	if (c->file != UEFI_NONE)
		printf("%s|%s|", uefi_guid(u->node[c->file].guid, guid),
		       uefi_name(u, c->file, name));
	else
		printf("||");
	printf("%u|%zx|%zx|%04x|%04x|%u|%s\n", u->node[c->node].buffer, c->at, c->bytes.n,
	       c->machine, c->device, c->bdb_version, c->version);
}

static int write_out(const char *path, struct span s)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(s.p, 1, s.n, f) != s.n || fclose(f))
		fail(path, "cannot be written");
	return 0;
}

int main(int argc, char **argv)
{
	bool find = argc > 1 && !strcmp(argv[1], "--find");
	bool extract = argc == 5 && !strcmp(argv[1], "--extract");
	bool node = argc == 5 && !strcmp(argv[1], "--node");
	size_t nth = extract || node ? strtoul(argv[2], NULL, 10) : 0;
	struct span image;
	struct uefi *u;
	int r;

	if (argc != 2 + find + 3 * (extract || node)) {
		fprintf(stderr, "usage: uefidump [--find|--extract N OUT|--node N OUT] IMAGE\n");
		return 2;
	}
	image = map_file(argv[argc - 1]);
	r = (find ? uefi_find : uefi_parse)(image, NULL, &u);
	if (r)
		fail(argv[argc - 1], strerror(-r));
	if (extract && nth < u->n_candidates)
		r = write_out(argv[3], u->candidate[nth].bytes);
	else if (node && nth < u->n_nodes)
		r = write_out(argv[3], uefi_contents(u, nth));
	else if (extract || node)
		r = 1;
	for (size_t i = 0; !extract && !node && !find && i < u->n_nodes; i++)
		print_node(u, i);
	for (size_t i = 0; !extract && !node && i < u->n_candidates; i++)
		print_candidate(u, &u->candidate[i]);
	uefi_free(u);
	return r;
}
