/*
 * crash: every way in which a kernel goes wrong, on purpose, to see what it says
 * then. break: into the debugger.
 */
#include <asm/fixmap.h>
#include <asm/pgalloc.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <kernel/kthread.h>
#include <kernel/watchdog.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/highmem.h>
#include <mm/page_debug.h>
#include <monitor/monitor.h>

#define RECURSION_BYTES 256

static bool endless = true;

static noinline void write_word(unsigned long address)
{
	__asm__("" : "+r"(address)); /* the compiler may not know where */
	*(volatile u32 *)address = 0;
}

static void crash_null(void)
{
	write_word(0x10);
}

/* Physical 1 MiB, where the kernel lies, without PAGE_OFFSET. */
static void crash_identity(void)
{
	write_word(0x100000);
}

static void crash_text(void)
{
	write_word((unsigned long)_text);
}

static void crash_rodata(void)
{
	write_word((unsigned long)__start_rodata);
}

static void crash_nx(void)
{
	static u8 code[] = {0xc3}; /* ret, in data */

	((void (*)(void))code)();
}

static void crash_divide(void)
{
	volatile int one = 1, zero = 0; /* or 1 / x is folded to comparisons */

	console_printf("%d\n", one / zero);
}

static void crash_opcode(void)
{
	__builtin_trap();
}

static void crash_bug(void)
{
	BUG_ON("crash bug"[0] == 'c');
}

static void crash_panic(void)
{
	panic("crash panic was typed");
}

static noinline int overflow_stack(int depth)
{
	volatile u8 frame[RECURSION_BYTES];

	frame[0] = (u8)depth;
	if (READ_ONCE(endless))
		depth = overflow_stack(depth + 1);
	return depth + frame[0];
}

static void crash_stack(void)
{
	console_printf("%d\n", overflow_stack(0));
}

/* ---- What is done wrong with pages; see docs/page-debugging.md ---- */

/* Take pages until this one comes, which its free list gives soon: then it is
 * looked at. */
static void take_until(const struct page *wanted)
{
	struct page *page;
	LIST_HEAD(others);

	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN)) != NULL && page != wanted)
		list_add(&page->lru, &others);
	if (page)
		__free_page(page);
	while (!list_empty(&others)) {
		page = list_first_entry(&others, struct page, lru);
		list_del(&page->lru);
		__free_page(page);
	}
}

static struct page *take(unsigned int order)
{
	return alloc_pages(GFP_KERNEL | __GFP_NOFAIL, order);
}

static void crash_use_after_free(void)
{
	struct page *page = take(0);

	__free_page(page);
	write_word((unsigned long)lowmem_page_address(page));
	take_until(page);
}

/* Behind the page is its guard, if there are guards, or a page that is free. */
static void crash_write_past_end(void)
{
	unsigned int order = debug_guardpage_minorder() ? 0 : 1;
	struct page *page = take(order);

	if (order) {
		split_page(page, order);
		__free_page(page + 1);
	}
	write_word((unsigned long)lowmem_page_address(page) + PAGE_SIZE);
	take_until(page + 1);
	__free_page(page);
}

static void crash_double_free(void)
{
	struct page *page = take(0);

	__free_page(page);
	__free_page(page);
}

/* Half of the block is lost, if nobody notices. */
static void crash_wrong_order(void)
{
	__free_pages(take(2), 1);
}

static void crash_free_reserved(void)
{
	__free_page(virt_to_page(_text));
}

/* ---- What is done wrong with threads; see docs/threads.md ---- */

static void crash_atomic(void)
{
	preempt_disable();
	schedule();
}

/* Keep the CPU until the watchdog has said so. */
static void crash_lockup(void)
{
	unsigned long told = nr_soft_lockups;

	preempt_disable();
	while (READ_ONCE(nr_soft_lockups) == told && softlockup_ticks)
		barrier();
	preempt_enable();
}

static int overflow_thread(void *unused)
{
	(void)unused;
	return overflow_stack(0);
}

static void crash_thread_stack(void)
{
	if (kthread_run(overflow_thread, NULL, "overflow"))
		msleep(1000);
}

/* ---- What is done wrong with mappings; see docs/tlb.md and docs/highpte.md ---- */

/* Unmap without flushing, then do what whoever unmaps does. */
static void crash_stale_tlb(void)
{
	volatile u32 *fixed = (u32 *)fix_to_virt(FIX_BTMAP_END);

	preempt_disable();
	set_fixmap(FIX_BTMAP_END, 0);
	*fixed; /* now the TLB knows it */
	pte_clear(fixmap_pte(fix_to_virt(FIX_BTMAP_END)));
	tlb_check_unmapped((unsigned long)fixed, (unsigned long)fixed + PAGE_SIZE);
	clear_fixmap(FIX_BTMAP_END);
	preempt_enable();
}

/* Write to a page of a process that is not mapped, beside one that is. With
 * highpte=on the report walks a page table in highmem. */
static void crash_process(void)
{
	const unsigned long address = 0x08048000;
	pgd_t *pgd = pgd_alloc();
	pte_t *pte = pgd ? pte_alloc_map(pmd_alloc(pgd, address), address) : NULL;

	if (!pte)
		return;
	set_pte(pte, pfn_pte(0, PAGE_SHARED));
	pte_unmap(pte);
	preempt_disable();
	load_cr3(pgd);
	write_word(address + PAGE_SIZE);
}

/* ---- What is done wrong with kmap_atomic; see docs/kmap-atomic.md ---- */

#define SOME_FRAME 0x100 /* any will do: by number it takes a slot, lowmem or not */

static void crash_kmap_order(void)
{
	void *first = kmap_atomic_pfn(SOME_FRAME);

	kmap_atomic_pfn(SOME_FRAME + 1);
	kunmap_atomic(first);
}

static void crash_kmap_type(void)
{
	kunmap_atomic(kmap_atomic_pfn(SOME_FRAME, KM_USER0), KM_USER1);
}

static void crash_kmap_busy(void)
{
	kmap_atomic_pfn(SOME_FRAME, KM_USER0);
	kmap_atomic_pfn(SOME_FRAME + 1, KM_USER0);
}

static void crash_kmap_sleep(void)
{
	kmap_atomic_pfn(SOME_FRAME);
	schedule();
}

static void crash_kmap_stale(void)
{
	void *address = kmap_atomic_pfn(SOME_FRAME);

	kunmap_atomic(address);
	write_word((unsigned long)address);
}

static const struct {
	const char *name;
	void (*fn)(void);
} kinds[] = {
    {"null", crash_null},
    {"identity", crash_identity},
    {"text", crash_text},
    {"rodata", crash_rodata},
    {"nx", crash_nx},
    {"divide", crash_divide},
    {"opcode", crash_opcode},
    {"bug", crash_bug},
    {"panic", crash_panic},
    {"stack", crash_stack},
    {"use-after-free", crash_use_after_free},
    {"write-past-end", crash_write_past_end},
    {"double-free", crash_double_free},
    {"wrong-order", crash_wrong_order},
    {"free-reserved", crash_free_reserved},
    {"stale-tlb", crash_stale_tlb},
    {"process", crash_process},
    {"kmap-order", crash_kmap_order},
    {"kmap-type", crash_kmap_type},
    {"kmap-busy", crash_kmap_busy},
    {"kmap-sleep", crash_kmap_sleep},
    {"kmap-stale", crash_kmap_stale},
    {"atomic", crash_atomic},
    {"lockup", crash_lockup},
    {"thread-stack", crash_thread_stack},
};

static int crash_usage(void)
{
	int status = monitor_usage();

	console_printf("KIND is one of:");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		console_printf(" %s", kinds[i].name);
	console_printf("\n");
	return status;
}

static int crash_command(int argc, char **argv)
{
	if (argc != 2)
		return crash_usage();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(argv[1], kinds[i].name) == 0) {
			kinds[i].fn();
			console_printf("crash %s: the kernel survived\n", argv[1]);
			return 1;
		}
	return crash_usage();
}
MONITOR_COMMAND(
    crash, crash_command, "crash KIND", "make the kernel fail, to see its report",
    "KIND is one of: null: write near address 0. identity: write to physical\n"
    "1 MiB as if it were virtual. text, rodata: write to what is read-only. nx:\n"
    "execute data. divide, opcode, bug, panic: what they say. stack: recurse\n"
    "until the guard page, a double fault. The machine ends.\n"
    "Of pages, which debugging options catch (docs/page-debugging.md):\n"
    "use-after-free and write-past-end (debug_pagealloc=on, page_poison=on),\n"
    "wrong-order (page_owner=on), double-free and free-reserved (always).\n"
    "Of mappings (docs/tlb.md): stale-tlb: unmap without a flush, which tlb=check\n"
    "catches. process: write to a page of a process that is not mapped.\n"
    "Of kmap_atomic (docs/kmap-atomic.md): kmap-order, kmap-type, kmap-busy:\n"
    "give back the wrong one, as the wrong type, take a type twice. kmap-sleep:\n"
    "sleep while something is mapped. kmap-stale: write to what was given back.\n"
    "Of threads (docs/threads.md): atomic: sleep with preemption off. lockup:\n"
    "keep the CPU until the watchdog reports it; the kernel survives that.\n"
    "thread-stack: recurse in a thread.");

static int break_command(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return monitor_usage();
	bochs_magic_break();
	return 0;
}
MONITOR_COMMAND(break, break_command, "break", "stop in Bochs's debugger",
		"Executes xchg bx,bx, at which Bochs stops when its configuration says\n"
		"magic_break: enabled=1. Elsewhere it does nothing.");
