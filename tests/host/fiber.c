/*
 * Threads for the host build: what __switch_to does with a few instructions is done
 * by the C library's contexts, told to AddressSanitizer. The real scheduler runs on
 * top. Nothing interrupts a thread, so it is left only where it waits; and time
 * passes only while all wait: then a tick comes at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/switch_to.h>
#include <lib/compiler.h>

#define TICKS_MAX 100000000UL /* somebody waits for what never comes */

void do_timer(unsigned long ticks);
void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom, size_t *size);

struct fiber {
	ucontext_t context;
	void *fake_stack;
	const void *bottom;
	size_t size;
	void (*entry)(void);
};

static struct fiber main_fiber;
static struct fiber *running = &main_fiber, *left;

static void arrive(void *fake_stack)
{
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(fake_stack, &bottom, &size);
	left->bottom = bottom;
	left->size = size;
}

static void enter(void)
{
	arrive(NULL);
	running->entry();
	abort();
}

/* The fiber itself lies at the bottom of its stack, above the scheduler's mark. */
unsigned long new_switch_frame(void *stack, unsigned long size, void (*entry)(void))
{
	struct fiber *fiber = (struct fiber *)ALIGN((unsigned long)stack + 16, 16UL);
	char *bottom = (char *)(fiber + 1);

	*fiber = (struct fiber){.entry = entry, .bottom = bottom};
	fiber->size = (size_t)((char *)stack + size - bottom);
	getcontext(&fiber->context);
	fiber->context.uc_stack.ss_sp = bottom;
	fiber->context.uc_stack.ss_size = fiber->size;
	makecontext(&fiber->context, enter, 0);
	return (unsigned long)fiber;
}

void __switch_to(unsigned long *prev_esp, unsigned long next_esp)
{
	struct fiber *self = running;

	*prev_esp = (unsigned long)self;
	left = self;
	running = (struct fiber *)next_esp;
	__sanitizer_start_switch_fiber(&self->fake_stack, running->bottom, running->size);
	swapcontext(&self->context, &running->context);
	arrive(self->fake_stack);
}

void host_tick(void)
{
	static unsigned long ticks;

	if (++ticks > TICKS_MAX) {
		fputs("every thread waits, and nothing comes\n", stderr);
		abort();
	}
	host_irqs_off = true;
	do_timer(1);
	host_irqs_off = false;
}
