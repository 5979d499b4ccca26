/*
 * Heapsort (Williams 1964, with Floyd's way to build the heap; CLRS, chapter 6):
 * in place, without recursion, and never worse than O(n log n), whatever the
 * firmware's table looks like. The heap has its largest element at 0, and the
 * children of element i at 2i + 1 and 2i + 2.
 */
#include <lib/sort.h>
#include <lib/util.h>

struct sorting {
	char *base;
	size_t size;
	int (*compare)(const void *a, const void *b);
	void (*swap_elements)(void *a, void *b, size_t size);
};

static void swap_bytes(void *a, void *b, size_t size)
{
	char *p = a;
	char *q = b;

	for (; size; size--, p++, q++)
		swap(*p, *q);
}

static void *element(const struct sorting *s, size_t i)
{
	return s->base + i * s->size;
}

/* Element i may be too small for its place in the heap [0, nr): let it sink. */
static void sink(const struct sorting *s, size_t i, size_t nr)
{
	size_t child;

	while ((child = 2 * i + 1) < nr) {
		if (child + 1 < nr &&
		    s->compare(element(s, child), element(s, child + 1)) < 0)
			child++;
		if (s->compare(element(s, i), element(s, child)) >= 0)
			return;
		s->swap_elements(element(s, i), element(s, child), s->size);
		i = child;
	}
}

void sort(void *base, size_t nr, size_t size,
          int (*compare)(const void *a, const void *b),
          void (*swap_elements)(void *a, void *b, size_t size))
{
	struct sorting s = {
	    .base = base,
	    .size = size,
	    .compare = compare,
	    .swap_elements = swap_elements ? swap_elements : swap_bytes,
	};

	for (size_t i = nr / 2; i > 0; i--)
		sink(&s, i - 1, nr);
	for (size_t end = nr; end > 1; end--) {
		s.swap_elements(element(&s, 0), element(&s, end - 1), size);
		sink(&s, 0, end - 1);
	}
}
