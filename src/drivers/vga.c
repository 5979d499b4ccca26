/*
 * The VGA text screen. Text goes into a shadow of the screen in ordinary
 * memory, where scrolling is a memmove; at the end of each write the cells that
 * changed go to the adapter (IBM VGA technical reference: character byte and
 * attribute byte). Adapter memory is slow to write and slower to read, in an
 * emulator above all: a page of output that scrolls 50 times costs one copy.
 *
 * Invariants: row < VGA_ROWS, column <= VGA_COLUMNS. A column equal to
 * VGA_COLUMNS means that the last cell was just written and the line break is
 * still owed, as on every terminal that a line editor expects.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <drivers/vga.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>

#define CELLS     (VGA_COLUMNS * VGA_ROWS)
#define TAB_WIDTH 8

#define ATTRIBUTE_GREY_ON_BLACK 0x07

#define CRTC_INDEX        0x3d4
#define CRTC_DATA         0x3d5
#define CRTC_CURSOR_START 0x0a
#define CRTC_START_HIGH   0x0c
#define CRTC_START_LOW    0x0d
#define CRTC_CURSOR_HIGH  0x0e
#define CRTC_CURSOR_LOW   0x0f

#define CURSOR_SCANLINE 14 /* an underline on a 16-line character */
#define CURSOR_END_LINE 15

#define BLANK ((u16)(ATTRIBUTE_GREY_ON_BLACK << 8 | ' '))

enum escape_state { ESCAPE_NONE, ESCAPE_SEEN, ESCAPE_CSI };

static volatile u16 *cells;  /* the adapter's; NULL before vga_init */
static u16 shadow[CELLS];    /* what the screen shall show */
static u16 shown[CELLS];     /* what the adapter was told last */
static bool stale[VGA_ROWS]; /* rows in which the two may differ */
static unsigned int row, column;
static enum escape_state escape;

static void blank(unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		shadow[i] = BLANK;
		stale[i / VGA_COLUMNS] = true;
	}
}

static void newline(void)
{
	column = 0;
	if (++row < VGA_ROWS)
		return;
	row = VGA_ROWS - 1;
	memmove(shadow, shadow + VGA_COLUMNS, (CELLS - VGA_COLUMNS) * sizeof(u16));
	blank(CELLS - VGA_COLUMNS, CELLS);
	memset(stale, true, sizeof(stale));
}

static void put_glyph(u8 c)
{
	if (column == VGA_COLUMNS)
		newline();
	shadow[row * VGA_COLUMNS + column] = (u16)(ATTRIBUTE_GREY_ON_BLACK << 8 | c);
	stale[row] = true;
	column++;
}

static void tab(void)
{
	column = ALIGN_DOWN(column, TAB_WIDTH) + TAB_WIDTH;
	if (column >= VGA_COLUMNS)
		column = VGA_COLUMNS - 1;
}

static void home(void)
{
	row = 0;
	column = 0;
}

/* The end of ESC [ ...; parameters were ignored: our own text uses ESC [ H to
 * go home, ESC [ 2 J to clear, ESC [ K to clear to the end of the line. */
static void control_sequence(u8 final)
{
	unsigned int at = row * VGA_COLUMNS + column;

	if (final == 'H')
		home();
	else if (final == 'J')
		blank(0, CELLS);
	else if (final == 'K')
		blank(at, (row + 1) * VGA_COLUMNS);
}

/* Does the escape sequence take this byte? */
static bool escape_takes(u8 c)
{
	if (escape == ESCAPE_NONE)
		return false;
	if (escape == ESCAPE_SEEN) {
		escape = c == '[' ? ESCAPE_CSI : ESCAPE_NONE;
		return true;
	}
	if (c >= 0x40 && c <= 0x7e) {
		escape = ESCAPE_NONE;
		control_sequence(c);
	} else if (c < ' ') {
		escape = ESCAPE_NONE;
		return false;
	}
	return true;
}

static void put_byte(u8 c)
{
	if (escape_takes(c))
		return;

	switch (c) {
	case '\n':
		newline();
		break;
	case '\r':
		column = 0;
		break;
	case '\b':
		if (column > 0)
			column--;
		break;
	case '\t':
		tab();
		break;
	case '\f':
		blank(0, CELLS);
		home();
		break;
	case '\033':
		escape = ESCAPE_SEEN;
		break;
	default:
		if (c >= ' ' && c != 0x7f)
			put_glyph(c);
	}
}

static void crtc_write(u8 index, u8 value)
{
	outb(index, CRTC_INDEX);
	outb(value, CRTC_DATA);
}

static void show_cursor(void)
{
	unsigned int at = row * VGA_COLUMNS + min(column, VGA_COLUMNS - 1U);

	crtc_write(CRTC_CURSOR_HIGH, (u8)(at >> 8));
	crtc_write(CRTC_CURSOR_LOW, (u8)at);
}

static void show_row(unsigned int r)
{
	if (!stale[r])
		return;
	stale[r] = false;
	for (unsigned int i = r * VGA_COLUMNS; i < (r + 1) * VGA_COLUMNS; i++) {
		if (shadow[i] == shown[i])
			continue;
		cells[i] = shadow[i];
		shown[i] = shadow[i];
	}
}

static void show_everything(void)
{
	for (unsigned int i = 0; i < CELLS; i++) {
		cells[i] = shadow[i];
		shown[i] = shadow[i];
	}
	show_cursor();
}

/* Interrupts are off for a byte or a row at a time: no longer, or a slow machine
 * loses what arrives at the serial port meanwhile; between any two of these an
 * interrupt's own message may come through whole. */
void vga_write(const char *text, size_t len)
{
	unsigned long flags;

	if (!cells)
		return;
	for (size_t i = 0; i < len; i++) {
		local_irq_save(flags);
		put_byte((u8)text[i]);
		local_irq_restore(flags);
	}
	for (unsigned int r = 0; r < VGA_ROWS; r++) {
		local_irq_save(flags);
		show_row(r);
		local_irq_restore(flags);
	}
	local_irq_save(flags);
	show_cursor();
	local_irq_restore(flags);
}

static struct console vga_console = {
    .name = "tty0",
    .write = vga_write,
    .enabled = true,
};

void vga_init(void *mem)
{
	cells = mem;
	escape = ESCAPE_NONE;
	blank(0, CELLS);
	home();
	crtc_write(CRTC_START_HIGH, 0);
	crtc_write(CRTC_START_LOW, 0);
	crtc_write(CRTC_CURSOR_START, CURSOR_SCANLINE);
	crtc_write(CRTC_CURSOR_START + 1, CURSOR_END_LINE);
	show_everything();
	register_console(&vga_console);
}

void vga_move(void *mem)
{
	cells = mem;
}
