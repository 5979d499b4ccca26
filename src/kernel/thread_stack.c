/* Threads' stacks: vmalloc's guard page behind each area lies below the next one. */
#include <asm/memory_layout.h>
#include <kernel/thread_stack.h>
#include <mm/vmalloc.h>

void *alloc_thread_stack(void)
{
	return vmalloc(THREAD_SIZE);
}

void free_thread_stack(void *stack)
{
	vfree(stack);
}
