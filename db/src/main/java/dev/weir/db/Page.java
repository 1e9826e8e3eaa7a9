package dev.weir.db;

import java.util.List;

/** A part of a longer list, and how long that list is. */
public record Page<T>(List<T> items, long totalItems) {}
