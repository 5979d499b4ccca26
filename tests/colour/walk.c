/*
 * walk on|off SIZE OBJECTS ROUNDS: take objects of a cache and go through the first
 * field of each, round after round, with colouring or without. The field is the
 * pointer to the next object, so that nothing else is read.
 *
 * Prints the cache's figures in one line, then the address of every object: what
 * theory needs to say how many misses there must be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lib/params.h>
#include <mm/slab.h>

#include "machine.h"

#define EXIT_USAGE 2

struct object {
	struct object *next;
};

static void fail(const char *why)
{
	fprintf(stderr, "walk: %s\n", why);
	exit(EXIT_USAGE);
}

static unsigned int number(const char *text, unsigned long least)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value < least || value > KMALLOC_MAX_SIZE)
		fail("that is no number that will do");
	return (unsigned int)value;
}

static struct object *take(struct kmem_cache *cache, unsigned int nr)
{
	struct object *first = NULL, **last = &first;

	while (nr--) {
		*last = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!*last)
			fail("not so many objects fit into the host's arena");
		last = &(*last)->next;
	}
	*last = NULL;
	return first;
}

static void describe(struct kmem_cache *cache, const struct object *first)
{
	struct slabinfo info;

	get_slabinfo(cache, &info);
	printf("slabs %lu objects_per_slab %u pages_per_slab %u\n", info.num_slabs,
	       info.objects_per_slab, info.pages_per_slab);
	for (; first; first = first->next)
		printf("%lx\n", (unsigned long)first);
}

static void walk(const struct object *first, unsigned int rounds)
{
	while (rounds--)
		for (const struct object *o = first; o;
		     o = *(struct object *const volatile *)&o->next)
			;
}

int main(int argc, char **argv)
{
	struct kmem_cache *cache;
	struct object *first;

	if (argc != 5)
		fail("usage: walk on|off SIZE OBJECTS ROUNDS");
	if (parse_params(strcmp(argv[1], "on") ? "slab_colour=off" : "slab_colour=on"))
		fail("the kernel knows no slab_colour=");
	host_machine_init();
	cache = kmem_cache_create("walk", number(argv[2], sizeof(struct object)), 0, 0,
	                          NULL);
	if (!cache)
		fail("there is no such cache");
	first = take(cache, number(argv[3], 1));
	describe(cache, first);
	walk(first, number(argv[4], 0));
	return EXIT_SUCCESS;
}
