/*
 * page_owner: which code holds how many pages. One that grows from one look to
 * the next leaks.
 */
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/page_owner.h>
#include <monitor/monitor.h>

#define DEFAULT_ROWS      5
#define PAGES_TO_KB_SHIFT (PAGE_SHIFT - 10)

/* What a list of chains is sorted by; those that have 0 or less are left out. */
static long pages_held(const struct page_owner_chain *chain)
{
	return (long)chain->pages;
}

static long pages_grown(const struct page_owner_chain *chain)
{
	return (long)(chain->pages - chain->marked);
}

/* The chain that follows number `last` (which has last_pages) when they are sorted
 * by pages and number; page_owner_nr_chains() if there is none. */
static unsigned int next_chain(long (*pages)(const struct page_owner_chain *),
                               unsigned int last, long last_pages)
{
	unsigned int nr = page_owner_nr_chains(), best = nr;
	long most = 0;

	for (unsigned int n = 0; n < nr; n++) {
		long p = pages(page_owner_chain(n));

		if (p > last_pages || (p == last_pages && n <= last))
			continue; /* had its turn */
		if (p > most) {
			most = p;
			best = n;
		}
	}
	return best;
}

static void print_chain(unsigned int n, long pages)
{
	const struct page_owner_chain *chain = page_owner_chain(n);

	console_printf("%ld pages, %ldK, chain %u%s\n", pages,
	               pages << PAGES_TO_KB_SHIFT, n,
	               chain->nr ? ":" : ": unknown, there was no room for it");
	for (unsigned int i = 0; i < chain->nr; i++)
		console_printf(" [<%08lx>] %pS\n", chain->entries[i],
		               (void *)chain->entries[i]);
}

static int print_rows(long (*pages)(const struct page_owner_chain *),
                      unsigned long rows)
{
	unsigned int n = 0;
	long last = (long)(~0UL >> 1);

	for (unsigned long i = 0; i < rows && !monitor_interrupted(); i++) {
		n = next_chain(pages, n, last);
		if (n == page_owner_nr_chains())
			break;
		last = pages(page_owner_chain(n));
		print_chain(n, last);
	}
	return 0;
}

static int print_summary(void)
{
	unsigned long pages = 0;
	unsigned int nr = page_owner_nr_chains();

	for (unsigned int n = 0; n < nr; n++)
		pages += page_owner_chain(n)->pages;
	console_printf(
	    "%lu pages are taken, %luK, by %u of at most %u call chains; the "
	    "records fill %luK\n",
	    pages, pages << PAGES_TO_KB_SHIFT, nr - 1, PAGE_OWNER_CHAINS - 1,
	    page_owner_bytes(max_mapnr) >> 10);
	return 0;
}

static int page_owner_command(int argc, char **argv)
{
	u64 rows = DEFAULT_ROWS;

	if (argc > 3)
		return monitor_usage();
	if (!page_owner_enabled()) {
		console_printf("page_owner is off; boot with page_owner=on\n");
		return 1;
	}
	if (argc == 1)
		return print_summary();
	if (argc == 2 && strcmp(argv[1], "mark") == 0) {
		page_owner_mark();
		return 0;
	}
	if (argc == 3 &&
	    !monitor_parse_number(argv[2], "N", 1, PAGE_OWNER_CHAINS, &rows))
		return 1;
	if (strcmp(argv[1], "top") == 0)
		return print_rows(pages_held, (unsigned long)rows);
	if (strcmp(argv[1], "grown") == 0)
		return print_rows(pages_grown, (unsigned long)rows);
	return monitor_usage();
}
MONITOR_COMMAND(
    page_owner, page_owner_command, "page_owner [top|grown [N]|mark]",
    "show who holds how many pages",
    "top: the N call chains (5) that hold the most pages, the nearest caller\n"
    "first. mark, and later grown: those that hold more than at the mark, which\n"
    "is how a leak is found. Without an argument: a summary. Each block by\n"
    "itself is in /proc/page_owner. Needs the boot parameter page_owner=on.");
