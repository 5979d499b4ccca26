/* Threads' stacks. */
#include <asm/memory_layout.h>
#include <kernel/thread_stack.h>
#include <mm/page_alloc.h>

void *alloc_thread_stack(void)
{
	return alloc_pages_exact(THREAD_SIZE, GFP_KERNEL);
}

void free_thread_stack(void *stack)
{
	free_pages_exact(stack, THREAD_SIZE);
}
