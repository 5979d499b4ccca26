/*
 * memtest: every free page of highmem gets words of its own, one in each cache line,
 * through one kind of mapping, and is read through the other, only after all of them
 * were written. Two frames that are really one, a mapping that shows the wrong frame, a
 * stale entry of the TLB: each would leave a word that is not the page's.
 */
#include <lib/printk.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <monitor/monitor.h>

#define LINE_WORDS  16U /* a cache line */
#define PAGE_WORDS  (PAGE_SIZE / sizeof(u32))
#define WORDS       (PAGE_WORDS / LINE_WORDS)
#define PAGES_TO_MB (20 - PAGE_SHIFT)
#define ASK_EVERY   4096U /* pages between two looks for Ctrl-C */
#define SHOWN_MAX   8U
#define WORD_STEP   0x9e3779b1U /* odd, so that words differ */
#define PFN_FACTOR  0x85ebca6bU

enum way { BY_KMAP, BY_KMAP_ATOMIC };
static const char *const way_names[] = {"kmap", "kmap_atomic"};

static LIST_HEAD(taken);

static u32 first_word(const struct page *page, u32 salt)
{
	return (u32)page_to_pfn(page) * PFN_FACTOR ^ salt;
}

static void fill(u32 *words, u32 word)
{
	for (unsigned int i = 0; i < PAGE_WORDS; i += LINE_WORDS, word += WORD_STEP)
		words[i] = word;
}

/* How many of the words are not what fill wrote. */
static unsigned int wrong_words(const u32 *words, u32 word)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < PAGE_WORDS; i += LINE_WORDS, word += WORD_STEP)
		wrong += words[i] != word;
	return wrong;
}

static unsigned int visit(struct page *page, enum way way, u32 salt, bool write)
{
	u32 *words = way == BY_KMAP ? kmap(page) : kmap_atomic(page);
	unsigned int wrong = 0;

	if (write)
		fill(words, first_word(page, salt));
	else
		wrong = wrong_words(words, first_word(page, salt));
	if (way == BY_KMAP)
		kunmap(page);
	else
		kunmap_atomic(words);
	return wrong;
}

/* All pages; returns how many are wrong. *stopped: Ctrl-C. */
static unsigned long walk(enum way way, u32 salt, bool write, bool *stopped)
{
	unsigned long bad = 0, seen = 0;
	struct page *page;

	list_for_each_entry (page, &taken, lru) {
		unsigned int wrong = visit(page, way, salt, write);

		if (wrong && bad++ < SHOWN_MAX)
			console_printf("memtest: frame %#lx: %u of %u words are wrong "
				       "through %s\n",
				       page_to_pfn(page), wrong, (unsigned int)WORDS,
				       way_names[way]);
		if (++seen % ASK_EVERY == 0 && monitor_interrupted()) {
			*stopped = true;
			break;
		}
	}
	return bad;
}

static unsigned long take_all(void)
{
	unsigned long pages = 0;
	struct page *page;

	while ((page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN)) != NULL) {
		if (!PageHighMem(page)) {
			__free_page(page);
			break;
		}
		list_add_tail(&page->lru, &taken);
		pages++;
	}
	return pages;
}

static void give_all(void)
{
	while (!list_empty(&taken)) {
		struct page *page = list_first_entry(&taken, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
	}
}

static unsigned long pass(enum way write, enum way read, u32 salt, bool *stopped)
{
	unsigned long bad;

	if (*stopped)
		return 0;
	walk(write, salt, true, stopped);
	kmap_flush_unused(); /* or kmap_atomic uses the last ones again */
	bad = *stopped ? 0 : walk(read, salt, false, stopped);
	console_printf("written through %s, read through %s: %lu pages are wrong\n",
		       way_names[write], way_names[read], bad);
	return bad;
}

static int memtest_command(int argc, char **argv)
{
	unsigned long pages, bad;
	bool stopped = false;

	(void)argv;
	if (argc != 1)
		return monitor_usage();
	pages = take_all();
	console_printf("%lu pages of highmem (%lu MiB)\n", pages, pages >> PAGES_TO_MB);
	bad = pass(BY_KMAP, BY_KMAP_ATOMIC, 0x5a5a5a5a, &stopped);
	bad += pass(BY_KMAP_ATOMIC, BY_KMAP, 0xa5a5a5a5, &stopped);
	give_all();
	if (stopped)
		return MONITOR_INTERRUPTED;
	return bad || !pages;
}
MONITOR_COMMAND(memtest, memtest_command, "memtest",
		"write every free page of highmem and read it back",
		"Writes words that depend on the frame into all free highmem, through\n"
		"kmap, and reads them back through kmap_atomic; then the other way. Says\n"
		"how many pages are wrong, and fails if any is or if there is no\n"
		"highmem. A gigabyte takes some seconds.");
