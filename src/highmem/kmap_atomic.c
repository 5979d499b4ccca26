/*
 * kmap_atomic: slots of the fixmap, each CPU's own, so that no lock is needed and
 * nothing can sleep: mapping is one store into a page table, unmapping another and
 * a flush of that one page. While a mapping is open preemption is off, since the
 * slot is this CPU's and this moment's. (Gorman ch. 9, "Mapping High Memory Pages
 * Atomically")
 *
 * Two ways to choose the slot. The classic one, 2.6.24's: the caller names one of
 * the types of enum km_type, and nobody else on this CPU uses that slot at the same
 * time. The later one, Linux 2.6.37's: slots are a stack, which an interrupt
 * handler simply builds higher. Without a type, a page that kmap has mapped is used there;
 * Linux does that on ARM only.
 *
 * It differs from Linux in that misuse is always caught, not only in debug builds,
 * as far as that is cheap: a slot that is in use, an order or a type that is wrong.
 *
 * Invariants (kmap_atomic_check): the stack's slots below kmap_top are mapped, the
 * others are not; preemption is off at least once for each slot in use.
 */
#include "internal.h"

#include <asm/kmap_slot.h>
#include <asm/pkmap.h>
#include <lib/printk.h>
#include <lib/vsprintf.h>

#define PLACE_MAX 96


/* Like a stack pointer, growing up: the next free slot. */
static DEFINE_PER_CPU(unsigned long, kmap_top) = {KMAP_SLOTS_START};
BUILD_BUG_ON(NR_CPUS > 1); /* others begin elsewhere */

static const char *const km_type_names[KM_TYPE_NR] = {
	"KM_BOUNCE_READ", "KM_SKB_SUNRPC_DATA", "KM_SKB_DATA_SOFTIRQ", "KM_USER0",
	"KM_USER1",       "KM_BIO_SRC_IRQ",     "KM_BIO_DST_IRQ",      "KM_PTE0",
	"KM_PTE1",        "KM_IRQ0",            "KM_IRQ1",             "KM_SOFTIRQ0",
	"KM_SOFTIRQ1"};

/* ---- Saying what was done wrong. Nothing has been changed by then. ---- */

static int name_slot(char *text, size_t size, unsigned long address)
{
	unsigned int slot = KMAP_SLOT_NR(address) % (KMAP_ATOMIC_SLOTS + KM_TYPE_NR);

	if (slot < KMAP_ATOMIC_SLOTS)
		return scnprintf(text, size, "slot %u of the stack", slot);
	return scnprintf(text, size, "the slot of %s",
			 km_type_names[slot - KMAP_ATOMIC_SLOTS]);
}

static bool is_guard(unsigned long address)
{
	return (address - KMAP_SLOTS_START) % KMAP_SLOT_STEP >= PAGE_SIZE;
}

static const char *place(char text[PLACE_MAX], unsigned long address)
{
	int len;

	if (is_pkmap(address)) {
		scnprintf(text, PLACE_MAX, "slot %u of kmap's window", PKMAP_NR(address));
		return text;
	}
	if (!is_kmap_slot(address))
		return "not a slot";
	if (is_guard(address))
		return "a guard between two slots";
	len = name_slot(text, PLACE_MAX, address);
	if (kmap_slot_busy(address))
		scnprintf(text + len, PLACE_MAX - (size_t)len, ", which maps frame %#lx",
			  kmap_slot_pfn(address));
	else
		scnprintf(text + len, PLACE_MAX - (size_t)len, ", which maps nothing");
	return text;
}

static noinline __noreturn void wrong_unmap(unsigned long address, const char *expected)
{
	unsigned long top = __get_cpu_var(kmap_top);
	char text[PLACE_MAX], latest[PLACE_MAX];

	panic("kunmap_atomic(%08lx, %s): that is %s; slots in use: %u; the latest on the "
	      "stack: %s",
	      address, expected, place(text, address), kmap_atomic_depth(),
	      top == KMAP_STACK_SLOT(0) ? "none" : place(latest, top - KMAP_SLOT_STEP));
}

static noinline __noreturn void cannot_map(unsigned long pfn, const char *type,
					   const char *why)
{
	preempt_enable_no_resched();
	panic("kmap_atomic(frame %#lx, %s): %s", pfn, type, why);
}

static noinline __noreturn void slot_in_use(unsigned long pfn, unsigned long address)
{
	char text[PLACE_MAX];

	cannot_map(pfn, "by type", place(text, address));
}

/* ---- Slots ---- */

/* An interrupt may come at any point: it leaves the stack as it was. */
static __always_inline void *push(unsigned long pfn)
{
	/* LAB 7.4 BEGIN
	 * Map the frame in the next free slot of the stack.
	 * START WITH
	 *	kmap_slot_clear(KMAP_STACK_SLOT(0));
	 *	kmap_slot_set(KMAP_STACK_SLOT(0), pfn);
	 *	return (void *)KMAP_STACK_SLOT(0);
	 */
	unsigned long address = __get_cpu_var(kmap_top);

	if (unlikely(address == KMAP_STACK_SLOT(KMAP_ATOMIC_SLOTS)))
		cannot_map(pfn, "no type", "all slots of the stack are in use");
	__get_cpu_var(kmap_top) = address + KMAP_SLOT_STEP;
	barrier();
	kmap_slot_set(address, pfn);
	return (void *)address;
	/* LAB 7.4 END */
}

static __always_inline void *set(unsigned long pfn, unsigned long offset)
{
	unsigned long address = KMAP_SLOTS_START + offset;

	/* LAB 7.4 BEGIN
	 * One user at a time.
	 * START WITH
	 *	(void)slot_in_use;
	 */
	if (unlikely(kmap_slot_busy(address)))
		slot_in_use(pfn, address);
	/* LAB 7.4 END */
	kmap_slot_set(address, pfn);
	return (void *)address;
}

/* ---- The interface. What is rare is out of line and called last, so that the
 * short ways need no registers saved. ---- */

/* LAB 7.4 BEGIN
 * Without a type. From here to kunmap_atomic_pop no other thread may run.
 * START WITH
 * void *kmap_atomic_push(struct page *page)
 * {
 *	return PageHighMem(page) ? push(page_to_pfn(page)) : lowmem_page_address(page);
 * }
 *
 * void *kmap_atomic_push_pfn(unsigned long pfn)
 * {
 *	return push(pfn);
 * }
 */
/* Where kmap has mapped the page; its lock is not for interrupt handlers. */
static noinline void *reuse_or_push(struct page *page)
{
	void *address = in_interrupt() ? NULL : kmap_high_get(page);

	return address ? address : push(page_to_pfn(page));
}

void *kmap_atomic_push(struct page *page)
{
	preempt_disable();
	if (!PageHighMem(page))
		return lowmem_page_address(page);
	if (unlikely(page_may_be_mapped(page)))
		return reuse_or_push(page);
	return push(page_to_pfn(page));
}

void *kmap_atomic_push_pfn(unsigned long pfn)
{
	preempt_disable();
	return push(pfn);
}
/* LAB 7.4 END */

void *kmap_atomic_set(struct page *page, unsigned long offset)
{
	preempt_disable();
	if (!PageHighMem(page))
		return lowmem_page_address(page);
	return set(page_to_pfn(page), offset);
}

void *kmap_atomic_set_pfn(unsigned long pfn, unsigned long offset)
{
	preempt_disable();
	return set(pfn, offset);
}

static noinline void check_and_enable(unsigned long address)
{
	tlb_check_unmapped(address, address + PAGE_SIZE);
	preempt_enable();
}

static void unmapped(unsigned long address)
{
	if (unlikely(tlb_check))
		check_and_enable(address);
	else
		preempt_enable();
}

/* An address of lowmem, or kmap's; anything else is wrong. */
static noinline void unmap_without_slot(unsigned long address)
{
	bool right = !is_kmap_slot(address) && in_atomic();

	if (right && is_pkmap(address))
		right = !in_interrupt() && kunmap_address(address);
	if (unlikely(!right))
		wrong_unmap(address, "no type");
	preempt_enable();
}

void kunmap_atomic_pop(const void *pointer)
{
	unsigned long address = (unsigned long)pointer & PAGE_MASK;
	/* LAB 7.4 BEGIN
	 * Undo kmap_atomic_push; the latest first.
	 * START WITH
	 *
	 *	(void)address;
	 *	(void)unmap_without_slot;
	 */
	unsigned long top = __get_cpu_var(kmap_top);

	if (unlikely(address != top - KMAP_SLOT_STEP || top == KMAP_STACK_SLOT(0))) {
		unmap_without_slot(address);
		return;
	}
	kmap_slot_clear(address);
	barrier();
	__get_cpu_var(kmap_top) = address;
	unmapped(address);
	/* LAB 7.4 END */
}

static noinline void unmap_lowmem(unsigned long address, unsigned long offset)
{
	char name[PLACE_MAX];

	if (is_kmap_slot(address) || is_pkmap(address) || !in_atomic()) {
		name_slot(name, sizeof(name), KMAP_SLOTS_START + offset);
		wrong_unmap(address, name);
	}
	preempt_enable();
}

void kunmap_atomic_clear(const void *pointer, unsigned long offset)
{
	unsigned long address = (unsigned long)pointer & PAGE_MASK;

	if (unlikely(address != KMAP_SLOTS_START + offset || !kmap_slot_busy(address))) {
		unmap_lowmem(address, offset);
		return;
	}
	kmap_slot_clear(address);
	unmapped(address);
}

struct page *kmap_to_page(const void *pointer)
{
	unsigned long address = (unsigned long)pointer & PAGE_MASK;
	struct pkmap_slot kmap_slot;

	if (is_kmap_slot(address)) {
		if (is_guard(address) || !kmap_slot_busy(address) ||
		    !pfn_valid(kmap_slot_pfn(address)))
			return NULL;
		return pfn_to_page(kmap_slot_pfn(address));
	}
	if (!is_pkmap(address))
		return virt_to_page(pointer);
	pkmap_get_slot(PKMAP_NR(address), &kmap_slot);
	return kmap_slot.page;
}

/* ---- State and checker ---- */

unsigned int kmap_atomic_depth(void)
{
	unsigned int busy = 0;

	for (unsigned int i = 0; i < KMAP_ATOMIC_SLOTS; i++)
		busy += kmap_slot_busy(KMAP_STACK_SLOT(i));
	for (unsigned int type = 0; type < KM_TYPE_NR; type++)
		busy += kmap_slot_busy(KMAP_TYPE_SLOT(type));
	return busy;
}

unsigned int kmap_atomic_check(void)
{
	unsigned int depth = KMAP_SLOT_NR(__get_cpu_var(kmap_top)), violations = 0;

	for (unsigned int i = 0; i < KMAP_ATOMIC_SLOTS; i++) {
		if (kmap_slot_busy(KMAP_STACK_SLOT(i)) == (i < depth))
			continue;
		pr_err("kmap_atomic: slot %u of the stack is %s, the depth is %u\n", i,
		       i < depth ? "empty" : "mapped", depth);
		violations++;
	}
	if (kmap_atomic_depth() <= (preempt_count() & PREEMPT_MASK))
		return violations;
	pr_err("kmap_atomic: %u slots are mapped, preempt count %#x\n",
	       kmap_atomic_depth(), preempt_count());
	return violations + 1;
}
