package kubernetes

// prune keeps of source what shape has, recursively: the live object cut down to what the inputs speak of. Where a value's type
// differs from the shape's, or one of them is null, the source's is kept whole.
func prune(source, shape map[string]any) map[string]any {
	if source == nil || shape == nil {
		return nil
	}
	result := make(map[string]any, len(shape))
	for key, like := range shape {
		if value, found := source[key]; found {
			result[key] = pruneValue(value, like)
		}
	}
	return result
}

func pruneValue(value, like any) any {
	switch value := value.(type) {
	case map[string]any:
		if like, same := like.(map[string]any); same {
			return prune(value, like)
		}
	case []any:
		if like, same := like.([]any); same {
			return pruneList(value, like)
		}
	}
	return value
}

// pruneList prunes item by item, as far as both lists reach. Lists whose first items differ in type are not comparable: the source is
// kept whole.
func pruneList(source, shape []any) []any {
	if source == nil || shape == nil {
		return nil
	}
	if len(source) == 0 || len(shape) == 0 {
		return []any{}
	}
	if !sameType(source[0], shape[0]) {
		return source
	}
	result := make([]any, 0, len(shape))
	for i, like := range shape {
		if i == len(source) {
			break
		}
		item := pruneValue(source[i], like)
		if pruned, isMap := item.(map[string]any); isMap && pruned == nil {
			continue
		}
		result = append(result, item)
	}
	return result
}

func sameType(a, b any) bool {
	switch a.(type) {
	case nil:
		return b == nil
	case map[string]any:
		_, same := b.(map[string]any)
		return same
	case []any:
		_, same := b.([]any)
		return same
	case string:
		_, same := b.(string)
		return same
	case bool:
		_, same := b.(bool)
		return same
	case int64:
		_, same := b.(int64)
		return same
	case float64:
		_, same := b.(float64)
		return same
	}
	return false
}
