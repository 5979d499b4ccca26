/*
 * Planted bugs: each is caught where the contract says, and named by its cache, its
 * object and the offset of the wrong byte. Every case repairs the damage, so that
 * its cache can be destroyed: a bug that was reported has changed nothing.
 */
#include "ktest.h"
#include "slab_test.h"

#include <lib/params.h>

#include "../../src/mm/slab_common/internal.h"
#include "said.h"

#define NAME     "test-buggy"
#define SIZE     100
#define WRONG    0x42
#define TEXT_MAX 64
#define TRIES    2000

#define ALL_CHECKS (SLAB_DEBUG_FREE | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static struct kmem_cache *cache;
static u8 *object;
static unsigned long pages_before;

static bool begin(unsigned long flags)
{
	pages_before = pages_left();
	cache = kmem_cache_create(NAME, SIZE, 0, flags, NULL);
	object = cache ? kmem_cache_alloc(cache, GFP_KERNEL) : NULL;
	said_nothing_yet();
	return EXPECT(object != NULL);
}

static void end(void)
{
	EXPECT_EQ(slab_check(), 0);
	EXPECT(kmem_cache_destroy(cache));
	EXPECT_EQ(pages_left(), pages_before);
}

static void free_it(void *arg)
{
	kmem_cache_free(cache, arg);
}

static void kfree_it(void *arg)
{
	kfree(arg);
}

/* One report: its bug, cache, object and offset. */
static void expect_report(const char *cache_name, const char *bug, const void *of,
                          long offset)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "BUG %s: %s", cache_name, bug);
	EXPECT_EQ(times_said(text), 1);
	snprintf(text, sizeof(text), "object 0x%08lx of ", (unsigned long)of);
	EXPECT(said(text));
	snprintf(text, sizeof(text), " bytes, offset %ld", offset);
	EXPECT(said(text));
}

/* The checker may say it in fewer words. */
static void expect_named(const char *cache_name, const void *of, long offset)
{
	char text[TEXT_MAX];

	EXPECT(said(cache_name));
	snprintf(text, sizeof(text), "object 0x%08lx", (unsigned long)of);
	EXPECT(said(text));
	snprintf(text, sizeof(text), "offset %ld", offset);
	EXPECT(said(text));
}

/* ---- Overruns ---- */

static void overrun(long offset, const char *bug)
{
	unsigned long bugs;
	u8 saved;

	if (!begin(ALL_CHECKS))
		return;
	saved = object[offset];
	object[offset] = WRONG;
	EXPECT_EQ(slab_check(), 1);
	expect_named(NAME, object, offset);
	bugs = slab_nr_bugs;
	said_nothing_yet();
	EXPECT_BUG(free_it, object);
	expect_report(NAME, bug, object, offset);
	EXPECT_EQ(slab_nr_bugs - bugs, 1);
	EXPECT(said("Allocated in"));
	EXPECT(said("Redzone"));
	EXPECT(said(" 42 "));
	object[offset] = saved;
	kmem_cache_free(cache, object);
	end();
}

TEST(slab_debug, a_write_behind_the_object_is_caught_when_it_is_freed)
{
	overrun(SIZE, SLAB_BUG_REDZONE_RIGHT);
	overrun(SIZE + 2, SLAB_BUG_REDZONE_RIGHT);
}

TEST(slab_debug, a_write_before_the_object_is_caught_when_it_is_freed)
{
	overrun(-1, SLAB_BUG_REDZONE_LEFT);
	overrun(-3, SLAB_BUG_REDZONE_LEFT);
}

TEST(slab_debug, a_write_to_the_last_byte_is_no_overrun)
{
	if (!begin(ALL_CHECKS))
		return;
	object[SIZE - 1] = WRONG;
	object[0] = WRONG;
	EXPECT_EQ(slab_check(), 0);
	kmem_cache_free(cache, object);
	end();
}

/* ---- Use after free ---- */

static void use_after_free(long offset)
{
	u8 saved;

	if (!begin(ALL_CHECKS))
		return;
	kmem_cache_free(cache, object);
	saved = object[offset];
	EXPECT_EQ(saved, offset == SIZE - 1 ? POISON_END : POISON_FREE);
	object[offset] = WRONG;
	EXPECT_EQ(slab_check(), 1);
	expect_named(NAME, object, offset);
	object[offset] = saved;
	end();
}

TEST(slab_debug, a_write_to_a_freed_object_is_found_by_the_checker)
{
	use_after_free(0);
	use_after_free(57);
	use_after_free(SIZE - 1);
}

static void *taken[TRIES];

static void put_taken(void)
{
	for (int i = 0; i < TRIES; i++) {
		void *mine = taken[i];

		taken[i] = NULL;
		if (mine)
			kmem_cache_free(cache, mine);
	}
}

/* Take and free until somebody has looked at every free object. */
static void churn(void *arg)
{
	(void)arg;
	for (int i = 0; i < TRIES; i++)
		taken[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	put_taken();
	kmem_cache_shrink(cache);
}

TEST(slab_debug, a_write_to_a_freed_object_is_caught_when_its_memory_is_used_again)
{
	/* the object that was about to change hands may be lost: a name for each run */
	static char name[TEXT_MAX];
	static unsigned int run;

	snprintf(name, sizeof(name), NAME "-%u", run);
	cache = kmem_cache_create(name, SIZE, 0, ALL_CHECKS, NULL);
	ASSERT(cache != NULL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(object != NULL);
	kmem_cache_free(cache, object);
	object[10] = WRONG;
	said_nothing_yet();
	EXPECT_BUG(churn, NULL);
	expect_report(name, SLAB_BUG_POISON, object, 10);
	EXPECT(said("Freed in"));
	object[10] = POISON_FREE;
	EXPECT_EQ(slab_check(), 0);
	put_taken();
	if (!kmem_cache_destroy(cache))
		run++;
}

TEST(slab_debug, a_new_object_shows_that_nobody_wrote_it)
{
	if (!begin(SLAB_POISON))
		return;
	EXPECT_EQ(memchr_inv(object, POISON_INUSE, SIZE - 1), NULL);
	EXPECT_EQ(object[SIZE - 1], POISON_END);
	kmem_cache_free(cache, object);
	end();
}

/* ---- Wrong frees ---- */

TEST(slab_debug, freeing_twice_is_caught)
{
	if (!begin(ALL_CHECKS))
		return;
	kmem_cache_free(cache, object);
	EXPECT_BUG(free_it, object);
	expect_report(NAME, SLAB_BUG_DOUBLE_FREE, object, 0);
	EXPECT(said("Freed in"));
	end();
}

TEST(slab_debug, freeing_twice_is_caught_among_others)
{
	void *second;

	if (!begin(ALL_CHECKS))
		return;
	second = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, object);
	kmem_cache_free(cache, second);
	EXPECT_BUG(free_it, object);
	expect_report(NAME, SLAB_BUG_DOUBLE_FREE, object, 0);
	end();
}

TEST(slab_debug, freeing_into_another_cache_is_caught_and_both_are_named)
{
	struct kmem_cache *other =
	    kmem_cache_create("test-other", SIZE, 0, ALL_CHECKS, NULL);
	void *stray;

	ASSERT(other != NULL);
	stray = kmem_cache_alloc(other, GFP_KERNEL);
	ASSERT(stray != NULL);
	if (!begin(ALL_CHECKS))
		return;
	EXPECT_BUG(free_it, stray);
	EXPECT_EQ(times_said("BUG " NAME ": " SLAB_BUG_WRONG_CACHE), 1);
	EXPECT(said("test-other"));
	kmem_cache_free(other, stray);
	kmem_cache_free(cache, object);
	EXPECT(kmem_cache_destroy(other));
	EXPECT_EQ(slab_check(), 0);
	EXPECT(kmem_cache_destroy(cache));
}

TEST(slab_debug, freeing_the_middle_of_an_object_is_caught)
{
	if (!begin(ALL_CHECKS))
		return;
	EXPECT_BUG(free_it, object + 16);
	EXPECT(said("BUG " NAME ": "));
	kmem_cache_free(cache, object);
	end();
}

TEST(slab_debug, freeing_nothing_is_caught)
{
	if (!begin(0))
		return;
	EXPECT_BUG(free_it, NULL);
	kmem_cache_free(cache, object);
	end();
}

TEST(slab_debug, freeing_what_no_allocator_gave_is_caught)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT_BUG(kfree_it, lowmem_page_address(page));
	__free_page(page);
	EXPECT_BUG(kfree_it, (void *)(unsigned long)0x1234);
	if (!begin(0))
		return;
	EXPECT_BUG(free_it, (void *)(unsigned long)0x1234);
	kmem_cache_free(cache, object);
	end();
}

/* ---- Leaks ---- */

TEST(slab_debug, a_leak_is_named_with_who_took_it)
{
	char text[TEXT_MAX];

	if (!begin(ALL_CHECKS))
		return;
	EXPECT(!kmem_cache_destroy(cache));
	EXPECT(said("BUG " NAME ": 1 object remains in use"));
	snprintf(text, sizeof(text), "object 0x%08lx in use", (unsigned long)object);
	EXPECT(said(text));
	EXPECT_EQ(times_said("Allocated in"), 1);
	kmem_cache_free(cache, object);
	end();
}

/* ---- Which caches ---- */

TEST(slab_debug, tracing_says_each_call)
{
	void *second;

	if (!begin(SLAB_TRACE))
		return;
	said_nothing_yet();
	second = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, second);
	EXPECT_EQ(times_said("TRACE " NAME), 2);
	kmem_cache_free(cache, object);
	end();
}

#ifdef K896_HOST
TEST(slab_debug, the_parameter_turns_letters_on_for_the_named_caches)
{
	EXPECT_EQ(parse_params("slab_debug=FZ"), 0);
	EXPECT_EQ(kmem_cache_flags(0, "any"), SLAB_DEBUG_FREE | SLAB_RED_ZONE);
	EXPECT_EQ(parse_params("slub_debug=PUT,inode,kmalloc-*"), 0);
	EXPECT_EQ(kmem_cache_flags(0, "any"), 0);
	EXPECT_EQ(kmem_cache_flags(0, "inode_cache"), 0);
	EXPECT_EQ(kmem_cache_flags(SLAB_PANIC, "inode"),
	          SLAB_PANIC | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE);
	EXPECT_EQ(kmem_cache_flags(0, "kmalloc-128"),
	          SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE);
	EXPECT_EQ(parse_params("slab_debug"), 0);
	EXPECT_EQ(kmem_cache_flags(0, "any"), ALL_CHECKS);
	EXPECT_EQ(parse_params("slab_debug=,inode"), 0);
	EXPECT_EQ(kmem_cache_flags(0, "any"), 0);
	EXPECT_EQ(kmem_cache_flags(0, "inode"), ALL_CHECKS);
	EXPECT_EQ(parse_params("slab_debug=X"), 1);
	EXPECT_EQ(parse_params("slab_debug=F-"), 1);
	EXPECT_EQ(parse_params("slab_debug=-"), 0);
	EXPECT_EQ(kmem_cache_flags(0, "inode"), 0);
}
#endif
