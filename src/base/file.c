/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * file.c - files in and out, names of files.
 *
 * Reading gives the whole text at once: a plain file is mapped and costs no memory of ours, a
 * packed one is unpacked into memory, a pipe is read to its end. Whether it is packed is told by
 * its first bytes. Writing goes to NAME.XXXXXX beside the target, which is renamed over it on
 * commit, with the old file's mode; a link is followed first, so it stays a link. Devices and
 * pipes, which cannot be renamed over, are written directly.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/fault.h"
#include "pack_priv.h"

#define READ_BYTES ((size_t)1 << 20)

/* ---- reading ---- */

void file_text_free(FileText *t)
{
    void *p = (void *)(uintptr_t)t->p;
    if (t->mapped)
        munmap(p, t->mapped);
    else
        free(p);
    *t = (FileText){0};
}

static ssize_t read_some(int fd, void *p, size_t n)
{
    if (!fault_hit(FAULT_READ))
        return read(fd, p, n);
    errno = EIO;
    return -1;
}

/* Reads a pipe or terminal to its end. */
static bool read_stream(int fd, FileText *out, Error *err)
{
    char *text = NULL;
    size_t n = 0, cap = 0;
    for (;;) {
        if (n == cap) {
            size_t grown_cap = cap ? cap * 2 : READ_BYTES;
            char *grown = big_realloc(text, n, grown_cap, "the text read", err);
            if (!grown)
                break;
            text = grown;
            cap = grown_cap;
        }
        ssize_t got = read_some(fd, text + n, cap - n);
        if (got == 0) {
            *out = (FileText){text, n, 0};
            return true;
        }
        if (got > 0)
            n += (size_t)got;
        else if (errno != EINTR)
            fail(err, ERR_IO, "%s", strerror(errno));
        if (error_is_set(err) || cancelled(err))
            break;
    }
    free(text);
    return false;
}

static bool read_fd(int fd, FileText *out, Error *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return fail(err, ERR_IO, "%s", strerror(errno));
    if (S_ISDIR(st.st_mode)) {
        fail(err, ERR_IO, "it is a folder");
        return error_hint(err, "FOLDER/*.csv names its files");
    }
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return read_stream(fd, out, err);
    if (fault_hit(FAULT_READ))
        return fail(err, ERR_IO, "%s", strerror(EIO));
    size_t n = (size_t)st.st_size;
    void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return read_stream(fd, out, err);
    *out = (FileText){p, n, n};
    return true;
}

static bool unpack(FileText *t, Error *err)
{
    Str packed = {t->p, t->n};
    PackKind kind = pack_of_bytes(packed);
    if (kind == PACK_NONE)
        return true;
    char *p;
    size_t n;
    bool ok = unpack_all(kind, packed, &p, &n, err);
    file_text_free(t);
    if (ok)
        *t = (FileText){p, n, 0};
    return ok;
}

bool file_read(const char *path, FileText *out, Error *err)
{
    *out = (FileText){0};
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    bool ok = read_fd(fd, out, err) && unpack(out, err);
    if (!standard)
        close(fd);
    if (!ok && err && err->code != ERR_CANCEL)
        error_context(err, "cannot read '%s'", standard ? "standard input" : path);
    return ok;
}

/* ---- writing ---- */

struct FileOut {
    int fd;
    char *path;   /* where it shall be; "-" for standard output */
    char *beside; /* where it is written, or NULL when written directly */
    Packer *packer;
    mode_t mode;
    size_t n;
    char buffer[1 << 16];
};

static ssize_t write_some(int fd, const void *p, size_t n)
{
    if (!fault_hit(FAULT_WRITE))
        return write(fd, p, n);
    errno = ENOSPC;
    return -1;
}

static bool write_fully(void *ctx, const void *p, size_t n, Error *err)
{
    FileOut *f = ctx;
    const char *at = p;
    while (n) {
        ssize_t put = write_some(f->fd, at, n);
        if (put < 0 && errno == EINTR && !cancelled(err))
            continue;
        if (put < 0)
            return fail(err, ERR_IO, "cannot write '%s': %s", f->path, strerror(errno));
        at += put;
        n -= (size_t)put;
    }
    return true;
}

static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* Opens the file that will be renamed, or the device itself. */
static bool open_target(FileOut *f, const char *path, Error *err)
{
    char *real = realpath(path, NULL);
    f->path = real ? real : xstrdup(path);
    struct stat st;
    bool there = stat(f->path, &st) == 0;
    f->mode = there ? st.st_mode & 07777 : usual_mode();
    if (there && S_ISDIR(st.st_mode))
        return fail(err, ERR_IO, "cannot write '%s': it is a folder", path);
    if (there && !S_ISREG(st.st_mode)) {
        f->fd = open(f->path, O_WRONLY | O_CLOEXEC);
    } else {
        Buf name = BUF_INIT;
        buf_printf(&name, "%s.XXXXXX", f->path);
        f->beside = name.p;
        f->fd = mkstemp(f->beside);
    }
    if (f->fd >= 0)
        return true;
    free(f->beside);
    f->beside = NULL;
    return fail(err, ERR_IO, "cannot write '%s': %s", path, strerror(errno));
}

FileOut *file_out_open(const char *path, Error *err)
{
    FileOut *f = xcalloc(1, sizeof *f);
    f->fd = -1;
    bool ok = true;
    if (strcmp(path, "-") == 0) {
        f->fd = STDOUT_FILENO;
        f->path = xstrdup("-");
    } else {
        ok = open_target(f, path, err);
    }
    PackKind kind = pack_of_name(str_of(path));
    if (ok && kind != PACK_NONE) {
        f->packer = packer_new(kind, write_fully, f, err);
        ok = f->packer != NULL;
    }
    if (ok)
        return f;
    file_out_abandon(f);
    return NULL;
}

static bool flush(FileOut *f, bool last, Error *err)
{
    size_t n = f->n;
    f->n = 0;
    if (f->packer)
        return packer_put(f->packer, f->buffer, n, last, err);
    return write_fully(f, f->buffer, n, err);
}

bool file_out_write(FileOut *f, const void *p, size_t n, Error *err)
{
    const char *at = p;
    while (n) {
        size_t room = sizeof f->buffer - f->n;
        size_t part = n < room ? n : room;
        memcpy(f->buffer + f->n, at, part);
        f->n += part;
        at += part;
        n -= part;
        if (f->n == sizeof f->buffer && !flush(f, false, err))
            return false;
    }
    return true;
}

static bool settle(FileOut *f, Error *err)
{
    bool ok = fchmod(f->fd, f->mode) == 0 && fsync(f->fd) == 0;
    ok = close(f->fd) == 0 && ok;
    f->fd = -1;
    ok = ok && rename(f->beside, f->path) == 0;
    if (!ok)
        return fail(err, ERR_IO, "cannot write '%s': %s", f->path, strerror(errno));
    free(f->beside);
    f->beside = NULL;
    return true;
}

bool file_out_commit(FileOut *f, Error *err)
{
    bool ok = flush(f, true, err) && (!f->beside || settle(f, err));
    file_out_abandon(f); /* what is settled has nothing left to remove */
    return ok;
}

void file_out_abandon(FileOut *f)
{
    if (!f)
        return;
    if (f->fd >= 0 && f->fd != STDOUT_FILENO)
        close(f->fd);
    if (f->beside)
        unlink(f->beside);
    packer_free(f->packer);
    free(f->beside);
    free(f->path);
    free(f);
}

/* ---- names ---- */

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

/* The name in the same folder that is most like the one that is not there. */
static void hint_nearest(Arena *a, const char *path, Error *err)
{
    const char *slash = strrchr(path, '/');
    size_t dir_n = slash ? (size_t)(slash - path) + 1 : 0;
    DIR *dir = opendir(dir_n ? arena_strndup(a, path, dir_n) : ".");
    if (!dir)
        return;
    Str wrong = str_of(path + dir_n);
    const char *best = NULL;
    size_t best_d = 0;
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        Str name = str_of(entry->d_name);
        if (nearest_name(wrong, &name, 1) < 0)
            continue;
        size_t d = edit_distance(wrong, name);
        if (best && (d > best_d || (d == best_d && strcmp(name.p, best) > 0)))
            continue;
        best = arena_strndup(a, name.p, name.n);
        best_d = d;
    }
    closedir(dir);
    if (best)
        error_hint(err, "did you mean '%.*s%s'?", (int)dir_n, path, best);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool file_glob(Arena *a, const char *pattern, char ***paths, size_t *n, Error *err)
{
    if (strcmp(pattern, "-") == 0 ||
        file_exists(pattern)) { /* a name with brackets in it is a name first */
        *paths = arena_array(a, char *, 1);
        (*paths)[0] = arena_strndup(a, pattern, strlen(pattern));
        *n = 1;
        return true;
    }
    glob_t g;
    int rc = glob(pattern, GLOB_TILDE | GLOB_NOSORT, NULL, &g);
    if (rc == GLOB_NOMATCH) {
        bool wild = strpbrk(pattern, "*?[") != NULL;
        fail(err, ERR_IO, wild ? "no file matches '%s'" : "no file '%s'", pattern);
        if (!wild && err && !err->hint[0])
            hint_nearest(a, pattern, err);
        return false;
    }
    if (rc)
        return fail(err, ERR_IO, "cannot look for '%s': %s", pattern, strerror(errno));
    *n = g.gl_pathc;
    *paths = arena_array(a, char *, *n);
    for (size_t i = 0; i < *n; i++)
        (*paths)[i] = arena_strndup(a, g.gl_pathv[i], strlen(g.gl_pathv[i]));
    globfree(&g);
    qsort(*paths, *n, sizeof **paths, by_bytes);
    return true;
}

static const char *home(void)
{
    const char *h = getenv("HOME");
    if (h && h[0] == '/')
        return h;
    const struct passwd *pw = getpwuid(getuid());
    return pw && pw->pw_dir ? pw->pw_dir : "/";
}

/* mkdir -p, 0700. */
static bool make_folders(char *path, Error *err)
{
    for (char *p = path + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        if (mkdir(path, 0700) && errno != EEXIST && !file_exists(path))
            return fail(err, ERR_IO, "cannot make folder '%s': %s", path, strerror(errno));
        *p = end;
        if (!end)
            return true;
    }
}

bool xdg_path(Arena *a, const char *kind, const char *name, char **out, Error *err)
{
    static const struct {
        const char *kind, *variable, *usual;
    } kinds[] = {
        {"config", "XDG_CONFIG_HOME", ".config"},
        {"data", "XDG_DATA_HOME", ".local/share"},
        {"state", "XDG_STATE_HOME", ".local/state"},
        {"cache", "XDG_CACHE_HOME", ".cache"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        const char *said = getenv(kinds[i].variable);
        char *folder = said && said[0] == '/'
                           ? arena_printf(a, "%s/glint", said)
                           : arena_printf(a, "%s/%s/glint", home(), kinds[i].usual);
        if (!make_folders(folder, err))
            return false;
        *out = name ? arena_printf(a, "%s/%s", folder, name) : folder;
        return true;
    }
    return fail(err, ERR_BUG, "no such kind of folder: '%s'", kind);
}
