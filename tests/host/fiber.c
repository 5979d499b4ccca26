/*
 * Threads for the host build: the stacks are changed as in the kernel, which is told
 * to AddressSanitizer. The real scheduler runs on top. Nothing interrupts a thread,
 * so it is left only where it waits; and time passes only while all wait: then a
 * tick comes at once.
 */
#include <stdio.h>
#include <stdlib.h>

#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/switch_to.h>
#include <lib/compiler.h>

#define TICKS_MAX 100000000UL /* somebody waits for what never comes */

void do_timer(unsigned long ticks);
void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom, size_t *size);
void change_stack(unsigned long *prev_esp, unsigned long next_esp);

/* void change_stack(unsigned long *prev_esp, unsigned long next_esp) */
__asm__(".text\n"
	"change_stack:\n\t"
	"movl 4(%esp), %eax\n\t"
	"movl 8(%esp), %edx\n\t"
	"pushl %ebp; pushl %ebx; pushl %esi; pushl %edi\n\t"
	"movl %esp, (%eax)\n\t"
	"movl %edx, %esp\n\t"
	"popl %edi; popl %esi; popl %ebx; popl %ebp\n\t"
	"ret\n");

struct fiber {
	unsigned long esp;
	void *fake_stack;
	const void *bottom;
	size_t size;
	void (*entry)(void);
};

static struct fiber main_fiber;
static struct fiber *running = &main_fiber, *left;

static void arrive(void *fake_stack)
{
	__sanitizer_finish_switch_fiber(fake_stack, &left->bottom, &left->size);
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
	unsigned long top = ((unsigned long)stack + size) & ~15UL;
	unsigned long *frame = (unsigned long *)top - 6;

	*fiber = (struct fiber){.entry = entry, .bottom = fiber + 1};
	fiber->size = top - (unsigned long)fiber->bottom;
	for (int i = 0; i < 6; i++)
		frame[i] = 0;
	frame[4] = (unsigned long)enter; /* behind edi, esi, ebx, ebp */
	fiber->esp = (unsigned long)frame;
	return (unsigned long)fiber;
}

void __switch_to(unsigned long *prev_esp, unsigned long next_esp)
{
	struct fiber *self = running;

	*prev_esp = (unsigned long)self;
	left = self;
	running = (struct fiber *)next_esp;
	__sanitizer_start_switch_fiber(&self->fake_stack, running->bottom, running->size);
	change_stack(&self->esp, running->esp);
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
