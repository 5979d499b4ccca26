/*
 * kmap against a model that is a count for each page: random kmap and kunmap of
 * random pages, more pages than slots, never more in use than there are slots.
 */
#include "kmap_test.h"

#define MODEL_PAGES 800U
#define STEPS       8000U
#define CHECK_EVERY 500U
#define USERS_MAX   5U
#define USED_MAX    (LAST_PKMAP < MODEL_PAGES ? LAST_PKMAP : MODEL_PAGES)

static struct page *pages[MODEL_PAGES];
static unsigned int users[MODEL_PAGES];
static unsigned int used;

static void model_map(unsigned int nr)
{
	u32 *word;

	if (users[nr] == USERS_MAX || (!users[nr] && used == USED_MAX))
		return;
	word = kmap(pages[nr]);
	EXPECT_EQ(*word, nr);
	used += users[nr]++ == 0;
}

static void model_unmap(unsigned int nr)
{
	if (!users[nr])
		return;
	kunmap(pages[nr]);
	used -= --users[nr] == 0;
}

static void compare_with_model(void)
{
	unsigned int in_use = 0;
	struct pkmap_slot slot;

	EXPECT_EQ(pkmap_check(), 0);
	EXPECT_EQ(pkmap_stats().used, used);
	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++) {
		pkmap_get_slot(nr, &slot);
		if (slot.count < 2)
			continue;
		in_use++;
		EXPECT_EQ(slot.count - 1, users[*(u32 *)slot.address]);
	}
	EXPECT_EQ(in_use, used);
}

TEST(kmap, random_mappings_agree_with_a_model)
{
	u64 state = ktest_seed();

	if (pkmap_stats().used || !take_high_pages(pages, MODEL_PAGES))
		SKIP("highmem");
	used = 0;
	for (unsigned int i = 0; i < MODEL_PAGES; i++) {
		users[i] = 0;
		*(u32 *)kmap(pages[i]) = i;
		kunmap(pages[i]);
	}
	for (unsigned int step = 0; step < STEPS && !ktest_failed(); step++) {
		unsigned int nr = ktest_random_below(&state, MODEL_PAGES);
		/* for a while more is mapped than unmapped, then the reverse */
		unsigned int bias = step / (STEPS / 4) % 2 ? 3 : 7;

		if (ktest_random_below(&state, 10) < bias)
			model_map(nr);
		else
			model_unmap(nr);
		if (step % CHECK_EVERY == 0)
			compare_with_model();
	}
	compare_with_model();
	for (unsigned int i = 0; i < MODEL_PAGES; i++)
		while (users[i])
			model_unmap(i);
	EXPECT_EQ(pkmap_stats().used, 0);
	EXPECT_EQ(pkmap_check(), 0);
	give_pages(pages, MODEL_PAGES);
}

IN_HIGHMEM_TOO(kmap, random_mappings_agree_with_a_model);
