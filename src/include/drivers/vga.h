/*
 * The VGA text screen, console "tty0": 80 columns, 25 rows, and as much of a
 * terminal as our own line editor and messages need: \n \r \b \t \f, ESC [ H
 * (home), ESC [ 2 J (clear), ESC [ K (clear to the end of the line); every other
 * escape sequence is swallowed.
 */
#ifndef DRIVERS_VGA_H
#define DRIVERS_VGA_H

#include <lib/types.h>

#define VGA_COLUMNS 80
#define VGA_ROWS    25

/* The physical address at which a VGA in text mode shows its cells. */
#define VGA_TEXT_PHYS 0xb8000UL
/* What vga_init() needs to reach: VGA_COLUMNS * VGA_ROWS cells of two bytes. */
#define VGA_TEXT_SIZE (VGA_COLUMNS * VGA_ROWS * 2)

/* Take over the screen whose cells are mapped at mem (VGA_TEXT_SIZE bytes),
 * clear it and register the console. */
void vga_init(void *mem);

/* The cells are mapped elsewhere from now on (after paging_init). */
void vga_move(void *mem);

/* Write text at the cursor; scrolls. Any context. Before vga_init: nothing. */
void vga_write(const char *text, size_t len);

#endif
